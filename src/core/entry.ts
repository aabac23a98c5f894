import { Entry, MAX_ENTRY_BYTES } from '../contract/index.ts';
import type { ActStatement, Sha256, UnsignedEntry } from '../contract/index.ts';
import { fromUtf8, toHex } from './bytes.ts';
import type { Sha256Fn } from './bytes.ts';
import { canonicalBytes, canonicalJson } from './canonical.ts';
import type { Json } from './canonical.ts';
import { parsePlainEntry } from './plain-entry.ts';

/** `entry.json`: docs/formats/lake.md section 4. */

/**
 * The exact bytes of `entry.json`, which are the leaf. Size is not checked here: `MAX_ENTRY_BYTES` is the writer's limit and
 * `parseEntry`'s.
 */
export function encodeEntry(entry: Entry): Uint8Array {
  return canonicalBytes({ ...unsignedMembers(entry), sig: entry.sig });
}

/** What `sig` signs: the canonical entry without `sig`. */
export function entrySigningBytes(unsigned: UnsignedEntry): Uint8Array {
  return canonicalBytes(unsignedMembers(unsigned));
}

/** What an officer signs: the canonical statement. */
export function actSigningBytes(statement: ActStatement): Uint8Array {
  return canonicalBytes(statement);
}

// Named one by one, since a caller's object may hold more; in the order in which they are written, which spares the sorting.
function unsignedMembers(entry: UnsignedEntry): { readonly [member: string]: Json } {
  const members: Record<string, Json> = {};
  if (entry.act !== undefined) members['act'] = entry.act;
  members['actor'] = entry.actor;
  members['at'] = entry.at;
  members['body'] = entry.body;
  members['clock'] = entry.clock;
  members['inputs'] = entry.inputs;
  if (entry.key !== undefined) members['key'] = entry.key;
  members['lake'] = entry.lake;
  members['op'] = entry.op;
  members['outputs'] = entry.outputs;
  members['prev'] = entry.prev;
  members['seq'] = entry.seq;
  members['station'] = entry.station;
  members['subject'] = entry.subject;
  members['txn'] = entry.txn;
  members['v'] = entry.v;
  return members;
}

export type ParsedEntry =
  | { readonly ok: true; readonly entry: Entry }
  /** `newer`: JSON of another `v`, in a shape that this program does not know. */
  | { readonly ok: false; readonly why: string; readonly newer?: true };

/**
 * Reads `entry.json`, which must be canonical byte for byte: duplicate members, white space and other spellings of a number or string are
 * refused that way. An entry of another `v` or of an unknown operation parses if it has the same shape.
 */
export function parseEntry(bytes: Uint8Array): ParsedEntry {
  const text = textOf(bytes);
  return typeof text === 'string' ? parseText(text) : text;
}

/** The same in a fifth of the time: an entry of the plain form is seen to be one at once, all others are read by `parseEntry`'s rules. */
export function parseEntrySoon(bytes: Uint8Array): ParsedEntry {
  const text = textOf(bytes);
  if (typeof text !== 'string') return text;
  const plain = parsePlainEntry(text);
  return plain === null ? parseText(text) : { ok: true, entry: plain };
}

function textOf(bytes: Uint8Array): string | ParsedEntry {
  if (bytes.length > MAX_ENTRY_BYTES) {
    return refuse(`The entry has ${bytes.length} bytes; ${MAX_ENTRY_BYTES} is the most that an entry may have.`);
  }
  return fromUtf8(bytes) ?? refuse('The entry is not UTF-8 text.');
}

function parseText(text: string): ParsedEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return refuse('The entry is not JSON.');
    throw error;
  }
  const parsed = Entry.safeParse(value);
  if (!parsed.success) {
    if (hasOtherFormat(value)) return { ok: false, why: 'The entry was written by a newer version of this program.', newer: true };
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.map(String).join('.')}"`;
    return refuse(`The entry does not have the form of an entry${where}: ${issue?.message ?? 'unknown reason'}.`);
  }
  if (!isCanonical(parsed.data, text)) return refuse('The entry is not in canonical form.');
  return { ok: true, entry: parsed.data };
}

function refuse(why: string): ParsedEntry {
  return { ok: false, why };
}

function hasOtherFormat(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'v' in value && Number.isSafeInteger(value.v) && value.v !== 1;
}

function isCanonical(entry: Entry, text: string): boolean {
  try {
    return canonicalJson({ ...unsignedMembers(entry), sig: entry.sig }) === text;
  } catch (error) {
    // A lone surrogate, which JSON can spell and canonical JSON cannot.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

const MAX_SEQ = 999_999_999;

/** Folder of an entry relative to `ledger/entries/`: nine digits in groups of three, the last without `x`. 1,234 → `x000/x001/234`. */
export function entryFolder(seq: number): string {
  if (!(Number.isInteger(seq) && seq >= 0 && seq <= MAX_SEQ)) throw new RangeError(`An entry cannot have the number ${seq}.`);
  const digits = String(seq).padStart(9, '0');
  return `x${digits.slice(0, 3)}/x${digits.slice(3, 6)}/${digits.slice(6)}`;
}

/** SHA-256(salt ‖ body), hex: docs/formats/lake.md section 5. */
export function bodyCommit(sha: Sha256Fn, salt: Uint8Array, body: Uint8Array): Sha256 {
  return toHex(sha(salt, body)) as Sha256;
}
