import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { BodyHead } from '../../contract/index.ts';
import type { BodyLine, Entry, Sha256 } from '../../contract/index.ts';
import { actionText, canonicalJson, changeLineText, parseAction, parseBodyLine } from '../../core/index.ts';
import type { DeltaAction, Json } from '../../core/index.ts';
import type { Durable, Written } from './durable.ts';
import { ifMissing } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import { piecesOf } from './read-file.ts';
import { readSmall } from './small-file.ts';
import { bothDone } from './together.ts';

/** Bodies of entries on disk: docs/formats/lake.md section 5. */

const SALT_BYTES = 32;
const PIECE = 64 * 1024;
/** Bodies up to this size are held and read once. */
const HELD = 1 << 16;

/** Writes `body.json` and `body.salt` by `put` into a claim folder, which is flushed when `entry.json` follows; answers what the entry says of them, the file server's time (ms), and the bytes where they are few. */
export async function writeBody(
  folder: string,
  head: BodyHead,
  lines: Iterable<BodyLine | DeltaAction>,
  salt: Uint8Array,
  put: Durable['stage'],
): Promise<{ body: { commit: Sha256; size: number }; modified: number; held: Uint8Array | null }> {
  const commit = createHash('sha256').update(salt);
  let held: Buffer | null = Buffer.alloc(0);
  const pieces = function* (): Generator<Uint8Array> {
    for (const piece of textPieces(head, lines)) {
      const bytes = Buffer.from(piece);
      commit.update(bytes);
      held = held === null || held.length + bytes.length > HELD ? null : Buffer.concat([held, bytes]);
      yield bytes;
    }
  };
  await put(join(folder, 'body.salt'), salt);
  const written: Written = await put(join(folder, 'body.json'), pieces());
  return { body: { commit: commit.digest('hex') as Sha256, size: written.size }, modified: written.modified, held };
}

function* textPieces(head: BodyHead, lines: Iterable<BodyLine | DeltaAction>): Generator<string> {
  let piece = `${canonicalJson(head as Json)}\n`;
  for (const line of lines) {
    piece += isDelta(line) ? `${actionText(line)}\n` : changeLineText(line);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function isDelta(line: BodyLine | DeltaAction): line is DeltaAction {
  return !('do' in line || 'note' in line);
}

export type BodyState =
  | {
      readonly is: 'kept';
      readonly head: BodyHead;
      /** Later lines of `version.committed`. */
      readonly lines: () => AsyncIterable<BodyLine>;
      /** Later lines of `table.committed`, as they stand there. Both throw a BodyLineError where one is not of the format. */
      readonly deltaLines: () => AsyncIterable<{ readonly text: string; readonly action: DeltaAction }>;
    }
  | { readonly is: 'none' }
  | { readonly is: 'missing' }
  | { readonly is: 'altered'; readonly why: string };

/**
 * The body of an entry, checked against its commitment before any of it is believed. A long one is read twice rather than held.
 * `missing` where a file of it is not there; whether that is lawful, a later `body.destroyed` says. `name`: by which the folder is reached just now, where that is shorter.
 */
export async function readBody(folder: string, entry: Entry, name = folder): Promise<BodyState> {
  if (entry.body === null) return { is: 'none' };
  const { size } = entry.body;
  const salt = readSmall(join(name, 'body.salt'), HELD, (bytes) => bytes.length === SALT_BYTES).catch(ifMissing('missing' as const));
  return size > HELD ? longBody(join(folder, 'body.json'), entry, await salt) : shortBody(join(name, 'body.json'), entry, salt);
}

async function shortBody(file: string, entry: Entry, saltRead: Promise<SaltRead>): Promise<BodyState> {
  const size = entry.body?.size ?? 0;
  return judgedBody(entry, ...(await bothDone(saltRead, readSmall(file, HELD, (bytes) => bytes.length === size).catch(ifMissing('missing' as const)))));
}

/** The body of an entry that says that it has a short one, from what was read. */
export async function judgedBody(entry: Entry, salt: SaltRead, held: Uint8Array | null | 'missing'): Promise<BodyState> {
  const size = entry.body?.size ?? 0;
  if (salt === 'missing' || held === 'missing') return { is: 'missing' };
  if (salt?.length !== SALT_BYTES) return wrongSalt;
  if (held?.length !== size) return otherLength(held === null ? `more than ${HELD}` : held.length, entry);
  if (createHash('sha256').update(salt).update(held).digest('hex') !== entry.body?.commit) return otherBytes;
  return heldBody(entry, held);
}

async function longBody(file: string, entry: Entry, salt: SaltRead): Promise<BodyState> {
  const found = salt === 'missing' ? null : await lstat(file).catch(ifMissing(null));
  if (salt === 'missing' || found === null) return { is: 'missing' };
  if (salt?.length !== SALT_BYTES) return wrongSalt;
  if (found.size !== entry.body?.size) return otherLength(found.size, entry);
  const commit = createHash('sha256').update(salt);
  for await (const chunk of piecesOf(file)) commit.update(chunk);
  return commit.digest('hex') === entry.body.commit ? bodyOf(entry, () => textLines(piecesOf(file))) : otherBytes;
}

/** Null where the file is too long to be a salt. */
export type SaltRead = Uint8Array | null | 'missing';

const wrongSalt: BodyState = { is: 'altered', why: `its salt is not ${SALT_BYTES} bytes long` };
const otherBytes: BodyState = { is: 'altered', why: 'its bytes do not match the commitment in the entry' };
const otherLength = (length: number | string, { body }: Entry): BodyState => ({ is: 'altered', why: `it has ${length} bytes instead of ${body?.size ?? 0}` });

/** The body of an entry from its bytes, which match its commitment. */
export function heldBody(entry: Entry, bytes: Uint8Array): Promise<BodyState> {
  return bodyOf(entry, () => textLines([bytes]));
}

async function bodyOf(entry: Entry, text: () => AsyncIterable<string>): Promise<BodyState> {
  const parsed = BodyHead.safeParse(await firstLine(text()));
  if (!parsed.success || parsed.data.op !== entry.op) return { is: 'altered', why: 'its first line is not that of the operation' };
  return { is: 'kept', head: parsed.data, lines: () => bodyLines(text(), entry.seq, parseBodyLine), deltaLines: () => bodyLines(text(), entry.seq, deltaLine) };
}

async function firstLine(lines: AsyncIterable<string>): Promise<unknown> {
  try {
    for await (const line of lines) return parseJson(line);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** A line of a body that is not of the format, although the body matches its commitment. */
export class BodyLineError extends Error {
  readonly seq: number;
  constructor(seq: number) {
    super(`A line of the body of entry ${seq} is not of the format.`);
    this.seq = seq;
  }
}

function deltaLine(text: string): { text: string; action: DeltaAction } | null {
  const action = parseAction(text);
  return action === null ? null : { text, action };
}

async function* bodyLines<T>(lines: AsyncIterable<string>, seq: number, parse: (text: string) => T | null): AsyncGenerator<T> {
  let first = true;
  try {
    for await (const text of lines) {
      const line = first ? null : parse(text);
      if (!first && line === null) throw new BodyLineError(seq);
      if (line !== null) yield line;
      first = false;
    }
  } catch (error) {
    throw error instanceof RangeError ? new BodyLineError(seq) : error;
  }
}

/**
 * Lines of UTF-8 text; with `whole lines`, a last one without LF is left out. Splits at LF only: Node's readline would also split at U+2028, which canonical JSON leaves as it is. Throws a RangeError on bytes that
 * are not UTF-8: decoding would change them silently.
 */
export async function* textLines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, take: 'all' | 'whole lines' = 'all'): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes: Buffer = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
    let from = 0;
    if (!isUtf8(bytes.subarray(0, bytes.lastIndexOf(10) + 1))) throw new RangeError('The text is not UTF-8.');
    for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
      yield bytes.toString('utf8', from, end);
      from = end + 1;
    }
    // Its chunk may be filled anew for the next.
    rest = Buffer.from(bytes.subarray(from));
  }
  if (take === 'whole lines') return;
  if (!isUtf8(rest)) throw new RangeError('The text is not UTF-8.');
  if (rest.length > 0) yield rest.toString('utf8');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

/** Removes the files of a body whose destruction is in the ledger; repeatable. */
export async function destroyClaimedBody(paths: LakePaths, seq: number, durable: Durable): Promise<void> {
  const folder = paths.entry(seq);
  await durable.removeFile(join(folder, 'body.json'));
  await durable.removeFile(join(folder, 'body.salt'));
  await durable.disk.syncFolder(folder);
}
