import type { LakeId } from '../../contract/index.ts';
import { LakeJson, MAX_ENTRY_BYTES } from '../../contract/index.ts';
import type { ForkPoint } from '../../core/index.ts';
import { canonicalJson, entryFolder, fromUtf8, parseEntry, parseForkRef } from '../../core/index.ts';
import { sha256Hex } from '../crypto.ts';
import { readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';

export interface LakeJsonRead {
  readonly path: string;
  readonly id: LakeId | null;
  /** Hex SHA-256 of the file; null where it cannot be read. */
  readonly sha256: string | null;
}

/** Reads `lake.json` of the lake or of a fork's origin, and reports a form that the program does not write. */
export function readLakeJson(check: LakeCheck, path: string): LakeJsonRead {
  const read = readWhole(`${check.root}/${path}`, 65_536);
  if ('why' in read) {
    check.findings.add('LAKE_JSON_ALTERED', path, `lake.json cannot be read: ${read.detail}.`);
    return { path, id: null, sha256: null };
  }
  const text = fromUtf8(read.bytes);
  const parsed = LakeJson.safeParse(valueOf(text));
  if (!parsed.success || text !== `${canonicalJson(parsed.data)}\n`) {
    check.findings.add('LAKE_JSON_ALTERED', path, 'lake.json is not in the form in which it is written.');
  }
  return { path, id: parsed.success ? parsed.data.id : null, sha256: sha256Hex(read.bytes) };
}

/** The lake that a lake.json is of; null where it cannot be read as one. Nothing is reported. */
export function lakeIdIn(check: LakeCheck, path: string): LakeId | null {
  const read = readWhole(`${check.root}/${path}`, 65_536);
  const parsed = 'why' in read ? null : LakeJson.safeParse(valueOf(fromUtf8(read.bytes)));
  return parsed?.success === true ? parsed.data.id : null;
}

/** Holds lake.json against the hash in the first entry. */
export function checkLakeJson(check: LakeCheck, { path, sha256 }: LakeJsonRead, expected: string | null): void {
  if (sha256 !== null && expected !== null && sha256 !== expected && !check.findings.has('LAKE_JSON_ALTERED')) {
    check.findings.add('LAKE_JSON_ALTERED', path, 'lake.json is not the file whose hash stands in the first entry of the ledger.');
  }
}

/** What the first entry says by itself, before anything is judged: enough to find the origin of a fork, and to go on where lake.json is damaged. */
export function peekFirstEntry(check: LakeCheck, ledger: string): { readonly lake: LakeId; readonly fork: (ForkPoint & { readonly root: string }) | null } | null {
  const read = readWhole(`${check.root}/${ledger}entries/${entryFolder(0)}/entry.json`, MAX_ENTRY_BYTES);
  const parsed = 'why' in read ? null : parseEntry(read.bytes);
  if (parsed === null || !parsed.ok) return null;
  const { lake, op, inputs } = parsed.entry;
  const [input] = inputs;
  const point = op === 'lake.forked' && input !== undefined && 'ref' in input ? parseForkRef(input.ref) : null;
  return { lake, fork: point === null || input === undefined ? null : { ...point, root: input.sha256 } };
}

function valueOf(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
