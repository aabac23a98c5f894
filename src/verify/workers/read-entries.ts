import { createPublicKey, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Entry } from '../../contract/index.ts';
import { MAX_ENTRY_BYTES } from '../../contract/index.ts';
import { actSigningBytes, entryFolder, entrySigningBytes, fromBase64, fromUtf8, leafHash, parseEntry, parsePlainEntry, signedPartOfPlain } from '../../core/index.ts';
import { sha256 } from '../crypto.ts';
import { fileNamesIn, readInto, readPieces } from '../read.ts';
import { RecordList, SMALL_BLOCK } from './compact.ts';
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

/** What a thread says of one entry, beside its bytes and leaf hash, unless it is as nearly all are. */
export interface EntryRead {
  /** Null where the entry has no body, or is not one. */
  readonly body: BodyRead | null;
  /** Whether the signature of the station and that of the act are good; null where they were not tried. */
  readonly tried: { readonly entry: boolean | null; readonly act: boolean | null };
  /** Names in the folder that do not belong there. */
  readonly foreign: readonly string[];
}

export interface ReadEntriesResult {
  /**
   * Null where all is as it should be: an entry of the plain form without an officer's act, its signature good, a body that is good and begins with the next
   * line of `heads`, and nothing foreign beside them. Handing over what is the same for nearly all entries would take longer than reading them again.
   */
  readonly entries: readonly (EntryRead | null)[];
  /** First lines of bodies, one for each null, each with its LF. */
  readonly heads: string;
  /** How many files the lines of all good bodies add, and the sum of their sizes. */
  readonly files: number;
  readonly fileBytes: number;
  /** Leaf hash and bytes of each, for `byteRecordsOf`. */
  readonly leaves: readonly Uint8Array<ArrayBuffer>[];
  /** Why reading ended before `count`: no such folder, or one without an `entry.json` that can be read. */
  readonly end: null | { readonly why: 'none' | 'blocked'; readonly detail: string };
}

const belongs: ReadonlySet<string> = new Set(['entry.json', 'body.json', 'body.salt']);

/** Reads entries with their bodies, hashes both and tries the signatures: all that does not depend on what came before. */
export function readEntries(task: ReadEntries, buffer: Uint8Array): ReadEntriesResult {
  const keys = new KnownKeys();
  for (const { id, spki } of task.keys) keys.add(id, spki);
  const leaves = new RecordList(SMALL_BLOCK);
  const entries: (EntryRead | null)[] = [];
  let heads = '';
  let files = 0;
  let fileBytes = 0;
  let end: ReadEntriesResult['end'] = null;
  for (let seq = task.from; seq < task.from + task.count; seq++) {
    const folder = `${task.ledger}/entries/${entryFolder(seq)}`;
    const names = fileNamesIn(folder);
    if (names === null) {
      end = { why: 'none', detail: '' };
      break;
    }
    const read = readInto(`${folder}/entry.json`, buffer, MAX_ENTRY_BYTES);
    if ('why' in read && read.why !== 'large') {
      end = { why: 'blocked', detail: read.detail };
      break;
    }
    // A leaf is its bytes, good or bad, so a file that is too large to be an entry is a leaf without effect.
    const bytes = 'why' in read ? readLarge(`${folder}/entry.json`, buffer) : read.bytes;
    leaves.addBytes(leafHash(sha256, bytes), bytes);
    const foreign = 'why' in names ? [] : names.filter((name) => !belongs.has(name));
    const { isPlain, body, tried } = examine(folder, bytes, keys, buffer);
    files += body?.files ?? 0;
    fileBytes += body?.fileBytes ?? 0;
    const head = isPlain && tried.entry === true && tried.act === null && foreign.length === 0 ? headOfUsual(body) : null;
    if (head !== null) heads += `${head}\n`;
    entries.push(head === null ? { body, tried, foreign } : null);
  }
  return { entries, heads, files, fileBytes, leaves: leaves.take(), end };
}

/** Longer first lines are handed over one by one: joined, those of a batch could be more than one text can hold. */
const MAX_JOINED = 64 * 1024;

/** The first line of a body that has nothing to be told beside it; null for any other. */
function headOfUsual(body: BodyRead | null): string | null {
  const isUsual = body?.state === 'good' && body.large.length === 0 && body.head !== null && body.head.length <= MAX_JOINED;
  return isUsual ? body.head : null;
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

/** `bytes` may lie in `buffer`; they are not looked at any more once the body is read. */
function examine(folder: string, bytes: Uint8Array, keys: KnownKeys, buffer: Uint8Array): Omit<EntryRead, 'foreign'> & { readonly isPlain: boolean } {
  const text = bytes.length > MAX_ENTRY_BYTES ? null : fromUtf8(bytes);
  const plain = text === null ? null : parsePlainEntry(text);
  const entry = plain ?? entryOf(bytes);
  const isPlain = plain !== null;
  if (entry === null) return { isPlain, body: null, tried: { entry: null, act: null } };
  if (entry.key !== undefined) keys.add(entry.key.id, Buffer.from(entry.key.spki, 'base64'));
  const message = plain === null || text === null ? entrySigningBytes(entry) : Buffer.from(signedPartOfPlain(text, plain), 'latin1');
  const { act, actor, body, op, sig, station } = entry;
  const tried = { entry: keys.tries(station, message, sig), act: act === undefined ? null : keys.tries(actor, actSigningBytes(act.statement), act.sig) };
  return { isPlain, body: body === null ? null : readBody(folder, { ...body, op }, buffer), tried };
}

function entryOf(bytes: Uint8Array): Entry | null {
  const parsed = parseEntry(bytes);
  return parsed.ok ? parsed.entry : null;
}

/** Keys by their ids. A key id is the hash of its key, so whoever offers the key, it is the right one. */
class KnownKeys {
  readonly #keys = new Map<string, KeyObject>();

  add(id: string, spki: Uint8Array): void {
    if (this.#keys.has(id) || hash('sha256', spki) !== id) return;
    const key = keyOf(spki);
    if (key !== null) this.#keys.set(id, key);
  }

  /** Whether a signature by this key is good; null where the key is not known. */
  tries(id: string, message: Uint8Array, signature: string): boolean | null {
    const key = this.#keys.get(id);
    if (key === undefined) return null;
    const der = fromBase64(signature);
    return der !== null && der.length > 0 && verify('sha256', message, key, der);
  }
}

/** Null where it is not a key that can be read: whoever judges the entry says so. */
function keyOf(spki: Uint8Array): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' });
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
