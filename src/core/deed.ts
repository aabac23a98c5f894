import type { ContractName, DatasetId, DropId, Entry, EntryKey, KeyId, KeyRole, KnownOp, Refs, Sha256, TableName, VersionNumber } from '../contract/index.ts';
import { fromBase64, toHex } from './bytes.ts';
import type { Sha256Fn } from './bytes.ts';
import { parseForkRef, parseSubject } from './refs.ts';
import type { ForkPoint, Subject } from './refs.ts';

/** A key that an entry carries. */
export interface NewKey {
  readonly id: KeyId;
  readonly role: KeyRole;
  readonly spki: Uint8Array;
}

/** Where a fork left its origin, and the root of the origin's tree there. */
export type ForkOrigin = ForkPoint & { readonly root: Sha256 };

/** What an entry does, as its own members say it: the first three columns of docs/formats/lake.md section 6. */
export type Deed =
  | { readonly op: 'lake.created'; readonly key: NewKey; readonly lakeJson: Sha256 }
  | { readonly op: 'lake.forked'; readonly key: NewKey; readonly lakeJson: Sha256; readonly from: ForkOrigin }
  | { readonly op: 'lake.recovered' | 'clock.accepted' }
  | { readonly op: 'key.enrolled' | 'key.revoked'; readonly key: NewKey }
  | { readonly op: 'key.rotated'; readonly old: KeyId; readonly key: NewKey }
  | { readonly op: 'dataset.created' | 'dataset.described' | 'alias.added'; readonly id: DatasetId }
  | {
      readonly op: 'version.committed' | 'version.voided' | 'version.exported';
      readonly id: DatasetId;
      readonly version: VersionNumber;
      readonly hash: Sha256;
    }
  | { readonly op: 'version.withdrawn' | 'tag.added' | 'tag.removed'; readonly id: DatasetId; readonly version: VersionNumber }
  | { readonly op: 'body.destroyed'; readonly seq: number }
  | { readonly op: 'raw.received'; readonly drop: DropId; readonly hash: Sha256 }
  | { readonly op: 'raw.repeated'; readonly drop: DropId }
  | { readonly op: 'contract.published'; readonly name: ContractName; readonly hash: Sha256 }
  | { readonly op: 'table.committed'; readonly tables: readonly TableOutput[] }
  | { readonly op: 'secret.made'; readonly id: string }
  /** `version`: the one that the definition begins to hold with. */
  | { readonly op: 'cube.defined'; readonly name: TableName; readonly version: VersionNumber; readonly hash: Sha256 }
  | { readonly op: 'cube.refreshed'; readonly tables: readonly TableOutput[] };

/** A version of a table that an entry makes, with the hash of its Delta lines. */
export interface TableOutput {
  readonly name: TableName;
  readonly version: VersionNumber;
  readonly hash: Sha256;
}

/** What each operation is about. */
export const subjectKinds = {
  'lake.created': 'lake',
  'lake.forked': 'lake',
  'lake.recovered': 'lake',
  'key.enrolled': 'key',
  'key.rotated': 'key',
  'key.revoked': 'key',
  'clock.accepted': 'lake',
  'dataset.created': 'dataset',
  'dataset.described': 'dataset',
  'version.committed': 'version',
  'version.withdrawn': 'version',
  'version.voided': 'version',
  'version.exported': 'version',
  'tag.added': 'version',
  'tag.removed': 'version',
  'alias.added': 'dataset',
  'contract.published': 'contract',
  'table.committed': 'table',
  'cube.defined': 'cube',
  'cube.refreshed': 'cube',
  'body.destroyed': 'entry',
  'raw.received': 'raw',
  'raw.repeated': 'raw',
  'secret.made': 'secret',
} as const satisfies Record<KnownOp, Subject['kind']>;

/** DER of an uncompressed P-256 SubjectPublicKeyInfo up to the point's coordinates (RFC 5480 section 2), and its length. */
const p256Prefix = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';
const P256_SPKI_BYTES = 91;

/** The key that an entry carries, or a sentence where its id, encoding or curve is wrong. */
export function readKey(key: EntryKey, sha: Sha256Fn): NewKey | string {
  const spki = fromBase64(key.spki);
  if (spki?.length !== P256_SPKI_BYTES || !toHex(spki).startsWith(p256Prefix)) return 'The key that the entry carries is not a P-256 key.';
  if (toHex(sha(spki)) !== key.id) return 'The key that the entry carries does not have the id that the entry gives it.';
  return { id: key.id, role: key.role, spki };
}

/** The deed of an entry, or a sentence where its members are not those that its operation has. */
export function readDeed(entry: Entry, op: KnownOp, key: NewKey | null): Deed | string {
  if (entry.body === null) return `The entry has no body, which "${op}" must have.`;
  if (key === null && keyOps.has(op)) return `The entry carries no key, which "${op}" must carry.`;
  if (key !== null && !keyOps.has(op)) return `The entry carries a key, which "${op}" must not carry.`;
  const subject = parseSubject(entry.subject);
  if (subject === null || subject.kind !== subjectKinds[op]) return `The subject "${entry.subject}" is not one that "${op}" can have.`;
  switch (op) {
    case 'lake.created':
    case 'lake.forked':
      return key === null ? lackOf('key') : readLake(entry, op, key);
    case 'key.enrolled':
    case 'key.revoked':
      if (key === null || subject.kind !== 'key') return lackOf('key');
      return key.id === subject.id ? { op, key } : 'The key that the entry carries is not the one that it is about.';
    case 'key.rotated':
      return key === null || subject.kind !== 'key' ? lackOf('key') : { op, old: subject.id, key };
    case 'lake.recovered':
    case 'clock.accepted':
      return { op };
    case 'dataset.created':
    case 'dataset.described':
    case 'alias.added':
      return subject.kind === 'dataset' ? { op, id: subject.id } : lackOf('dataset');
    case 'version.committed':
    case 'version.voided':
    case 'version.exported': {
      if (subject.kind !== 'version') return lackOf('version');
      const [output, name] = op === 'version.exported' ? ['package', 'the package'] : [entry.subject, "the version's inventory"];
      const hash = outputHash(entry, output);
      return hash === null ? `The entry does not give the hash of ${name}.` : { op, id: subject.id, version: subject.version, hash };
    }
    case 'version.withdrawn':
    case 'tag.added':
    case 'tag.removed':
      return subject.kind === 'version' ? { op, id: subject.id, version: subject.version } : lackOf('version');
    case 'contract.published':
      return subject.kind === 'contract' ? { op, name: subject.name, hash: subject.sha256 } : lackOf('contract');
    case 'table.committed': {
      const tables = readTables(entry.outputs);
      if (typeof tables === 'string') return tables;
      return tables.some(({ name, version }) => entry.subject === `table:${name}:v${version}`) ? { op, tables } : 'The entry does not give the hash of the table that it is about.';
    }
    case 'cube.defined': {
      if (subject.kind !== 'cube') return lackOf('cube');
      const hash = outputHash(entry, 'definition');
      return hash === null ? 'The entry does not give the hash of the definition.' : { op, name: subject.name as TableName, version: subject.version, hash };
    }
    case 'cube.refreshed': {
      if (subject.kind !== 'cube') return lackOf('cube');
      const hash = outputHash(entry, entry.subject);
      return hash === null ? 'The entry does not give the hash of the cube that it is about.' : { op, tables: [{ name: subject.name as TableName, version: subject.version, hash }] };
    }
    case 'body.destroyed':
      return subject.kind === 'entry' ? { op, seq: subject.seq } : lackOf('entry');
    case 'raw.received': {
      if (subject.kind !== 'raw') return lackOf('raw drop');
      const hash = outputHash(entry, entry.subject);
      return hash === null ? "The entry does not give the hash of the drop's inventory." : { op, drop: subject.uuid, hash };
    }
    case 'raw.repeated':
      return subject.kind === 'raw' ? { op, drop: subject.uuid } : lackOf('raw drop');
    case 'secret.made':
      return subject.kind === 'secret' ? { op, id: subject.id } : lackOf('secret');
  }
}

const keyOps: ReadonlySet<KnownOp> = new Set(['lake.created', 'lake.forked', 'key.enrolled', 'key.rotated', 'key.revoked']);

function lackOf(what: string): string {
  return `The entry names no ${what}.`;
}

function readLake(entry: Entry, op: 'lake.created' | 'lake.forked', key: NewKey): Deed | string {
  const lakeJson = outputHash(entry, 'lake.json');
  if (lakeJson === null) return 'The entry does not give the hash of lake.json.';
  if (op === 'lake.created') return { op, key, lakeJson };
  const [input, ...others] = entry.inputs;
  const from = input !== undefined && 'ref' in input && others.length === 0 ? parseForkRef(input.ref) : null;
  if (input === undefined || from === null) return 'The entry does not name the lake that was forked.';
  return { op, key, lakeJson, from: { ...from, root: input.sha256 } };
}

/** The tables that an entry's outputs name, each once; a sentence where they name something else. */
export function readTables(outputs: Refs): readonly TableOutput[] | string {
  const tables: TableOutput[] = [];
  for (const output of outputs) {
    const subject = 'ref' in output ? parseSubject(output.ref) : null;
    if (!('ref' in output) || subject?.kind !== 'table') return 'The entry makes something that is not a version of a table.';
    const name = subject.name as TableName;
    if (tables.some((table) => table.name === name)) return `The entry makes two versions of the table ${name}.`;
    tables.push({ name, version: subject.version, hash: output.sha256 });
  }
  return tables.length === 0 ? 'The entry makes no version of a table.' : tables;
}

/** The hash of the one output of that name; null where there is none or more than one. */
function outputHash(entry: Entry, ref: string): Sha256 | null {
  let hash: Sha256 | null = null;
  for (const output of entry.outputs) {
    if (!('ref' in output) || output.ref !== ref) continue;
    if (hash !== null) return null;
    hash = output.sha256;
  }
  return hash;
}
