import { createHash, createPublicKey, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Json } from '../../core/index.ts';
import { canonicalBytes, entryFolder, fromUtf8 } from '../../core/index.ts';
import { MAX_ENTRY_BYTES } from '../../contract/index.ts';
import { listFolder, readPieces, readWhole } from '../read.ts';
import type { BodyRead } from './read-body.ts';
import { readBody } from './read-body.ts';

/** Entries to be read from `from` on, at most `count`. */
export interface ReadEntries {
  readonly kind: 'readEntries';
  /** Absolute path of the folder that holds `entries/`. */
  readonly ledger: string;
  readonly from: number;
  readonly count: number;
  /** Keys that are known so far. A key that is missing here only costs time: the signature is then verified by who asked. */
  readonly keys: readonly CarriedKey[];
}

export interface CarriedKey {
  readonly id: string;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

/** A signature that was tried: over the message with this hash, with this key. */
export interface TriedSignature {
  readonly key: string;
  /** Hex SHA-256 of what is signed. */
  readonly message: string;
  /** Hex of the signature. */
  readonly signature: string;
  readonly good: boolean;
}

export interface EntryRead {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly body: BodyRead | null;
  readonly tried: readonly TriedSignature[];
  /** Names in the folder that do not belong there. */
  readonly foreign: readonly string[];
}

export interface ReadEntriesResult {
  readonly entries: readonly EntryRead[];
  /** Why reading ended before `count`: no such folder, or one without an `entry.json` that can be read. */
  readonly end: null | { readonly why: 'none' | 'blocked'; readonly detail: string };
}

const belongs: ReadonlySet<string> = new Set(['entry.json', 'body.json', 'body.salt']);

/** Reads entries with their bodies, hashes the bodies and tries the signatures: all that does not depend on what came before. */
export function readEntries(task: ReadEntries, buffer: Uint8Array): ReadEntriesResult {
  const keys = new Map<string, KeyObject>();
  for (const { id, spki } of task.keys) addKey(keys, id, spki);
  const entries: EntryRead[] = [];
  for (let seq = task.from; seq < task.from + task.count; seq++) {
    const folder = `${task.ledger}/entries/${entryFolder(seq)}`;
    const names = listFolder(folder);
    if (names === null) return { entries, end: { why: 'none', detail: '' } };
    const read = readWhole(`${folder}/entry.json`, MAX_ENTRY_BYTES);
    if ('why' in read && read.why !== 'large') return { entries, end: { why: 'blocked', detail: read.detail } };
    // A leaf is its bytes, good or bad, so a file that is too large to be an entry is a leaf without effect.
    const bytes = 'why' in read ? readLarge(`${folder}/entry.json`, buffer) : read.bytes;
    entries.push(examine(folder, bytes, keys, 'why' in names ? [] : names.map(({ name }) => name).filter((name) => !belongs.has(name)), buffer));
  }
  return { entries, end: null };
}

/** The most of an oversized entry that is kept; its leaf hash is then only good up to this, which no honest writer reaches. */
const MAX_KEPT = 64 * 1024 * 1024;

function readLarge(path: string, buffer: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  readPieces(path, buffer, (piece) => {
    parts.push(Buffer.from(piece));
    total += piece.length;
    return total < MAX_KEPT;
  });
  return Buffer.concat(parts);
}

function examine(folder: string, bytes: Buffer, keys: Map<string, KeyObject>, foreign: string[], buffer: Uint8Array): EntryRead {
  const copy = new Uint8Array(bytes);
  const value = valueOf(bytes);
  if (value === null) return { bytes: copy, body: null, tried: [], foreign };
  const carried = value['key'];
  if (isObject(carried) && typeof carried['id'] === 'string' && typeof carried['spki'] === 'string') {
    addKey(keys, carried['id'], Buffer.from(carried['spki'], 'base64'));
  }
  const { body } = value;
  const op = typeof value['op'] === 'string' ? value['op'] : '';
  const commit = isObject(body) ? body['commit'] : null;
  const size = isObject(body) ? body['size'] : null;
  return {
    bytes: copy,
    body: typeof commit === 'string' && typeof size === 'number' ? readBody(folder, { commit, size, op }, buffer) : null,
    tried: trySignatures(value, keys),
    foreign,
  };
}

function trySignatures(value: Readonly<Record<string, Json>>, keys: ReadonlyMap<string, KeyObject>): TriedSignature[] {
  const { sig, ...unsigned } = value;
  const tried: TriedSignature[] = [];
  try {
    tryOne(tried, keys, value['station'], unsigned, sig);
    const act = value['act'];
    if (isObject(act)) tryOne(tried, keys, value['actor'], act['statement'], act['sig']);
  } catch (error) {
    // JSON that has no canonical form: the entry is refused when it is judged.
    if (!(error instanceof TypeError)) throw error;
  }
  return tried;
}

function tryOne(tried: TriedSignature[], keys: ReadonlyMap<string, KeyObject>, id: Json | undefined, signed: Json | undefined, sig: Json | undefined): void {
  if (typeof id !== 'string' || typeof sig !== 'string' || signed === undefined) return;
  const key = keys.get(id);
  if (key === undefined) return;
  const message = canonicalBytes(signed);
  const signature = Buffer.from(sig, 'base64');
  tried.push({ key: id, message: hash('sha256', message), signature: signature.toString('hex'), good: verify('sha256', message, key, signature) });
}

/** A key id is the hash of its key, so whoever offers the key, it is the right one. */
function addKey(keys: Map<string, KeyObject>, id: string, spki: Uint8Array): void {
  if (keys.has(id) || createHash('sha256').update(spki).digest('hex') !== id) return;
  try {
    keys.set(id, createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' }));
  } catch (error) {
    // Not a key that can be read: whoever judges the entry says so.
    if (!(error instanceof Error)) throw error;
  }
}

function valueOf(bytes: Uint8Array): Readonly<Record<string, Json>> | null {
  const text = fromUtf8(bytes);
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
