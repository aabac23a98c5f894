import { createHash, hash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { isKnownOp } from '../../contract/index.ts';
import { parseBodyHead, parseBodyLine } from '../../core/index.ts';
import type { Unreadable } from '../read.ts';
import { fill, readInto, unreadable } from '../read.ts';

/** What became of a body: it matches its commitment, or not, or it is not there. */
export interface BodyRead {
  readonly state: 'good' | 'altered' | 'missing' | 'unreadable';
  readonly detail: string;
  /** The first line of a good body, for `readBodyHead`; null where it is not what the operation says, or the operation is not known. */
  readonly head: string | null;
  /** How many files the lines of a version's body add, and the sum of their sizes. */
  readonly fileBytes: number;
  readonly files: number;
  /** The logical paths of the first large files among them, which are worth hashing before all others. */
  readonly large: readonly LargeFile[];
}

export interface LargeFile {
  readonly path: string;
  readonly size: number;
}

interface Commitment {
  readonly commit: string;
  readonly size: number;
  readonly op: string;
}

const SALT_BYTES = 32;
const MAX_HEAD = 4 * 1024 * 1024;
const STEP = 65_536;
const sizeAtEnd = /"size":(\d{1,16})\}$/;

/** From here on a file keeps a thread busy for long enough that all might wait for it at the end. */
const LARGE = 16 * 1024 * 1024;
const MOST_LARGE = 64;

/** Hashes body and salt of one entry (lake.md section 5) and keeps the first line. */
export function readBody(folder: string, { commit, size, op }: Commitment, buffer: Uint8Array): BodyRead {
  const salt = readInto(`${folder}/body.salt`, buffer, SALT_BYTES);
  const salted = 'bytes' in salt ? salt.bytes.length : 0;
  const scan = new LineScan(op === 'version.committed' || op === 'raw.received');
  const body = readBehind(`${folder}/body.json`, buffer, salted, (piece) => {
    scan.feed(piece);
  });
  const bad = (state: BodyRead['state'], detail: string): BodyRead => ({ state, detail, head: null, fileBytes: 0, files: 0, large: [] });
  if ('why' in body && body.why === 'missing') return bad('missing', 'body.json is not there');
  if ('why' in salt && salt.why === 'missing') return bad('missing', 'body.salt is not there');
  if ('why' in body) return bad('unreadable', `body.json cannot be read: ${body.detail}`);
  if ('why' in salt) return bad(salt.why === 'large' ? 'altered' : 'unreadable', `body.salt: ${salt.detail}`);
  if (body.size !== size) return bad('altered', `body.json has ${String(body.size)} bytes instead of ${String(size)}`);
  if (salted !== SALT_BYTES || body.sha256 !== commit) return bad('altered', 'body.salt and body.json do not give the hash in the entry');
  const line = scan.head();
  const head = line === null || !isKnownOp(op) || parseBodyHead(line, op) === null ? null : line;
  return { state: 'good', detail: '', head, fileBytes: scan.fileBytes, files: scan.files, large: scan.large };
}

/**
 * Reads a file behind the `salted` bytes with which `buffer` begins; `take` is handed the file in pieces. Answers its size, and the hash over those
 * first bytes and all of it.
 */
function readBehind(path: string, buffer: Uint8Array, salted: number, take: (piece: Uint8Array) => void): { readonly size: number; readonly sha256: string } | Unreadable {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    return unreadable(error);
  }
  try {
    let end = fill(fd, buffer, salted, buffer.length);
    take(buffer.subarray(salted, end));
    // Nearly all bodies end here, and one call takes less time than a hash object.
    if (end < buffer.length) return { size: end - salted, sha256: hash('sha256', buffer.subarray(0, end)) };
    const sum = createHash('sha256').update(buffer);
    let size = end - salted;
    for (;;) {
      end = fill(fd, buffer, 0, buffer.length);
      if (end === 0) return { size, sha256: sum.digest('hex') };
      size += end;
      sum.update(buffer.subarray(0, end));
      take(buffer.subarray(0, end));
    }
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(fd);
  }
}

/** Keeps the first line and adds up the sizes in the others. */
class LineScan {
  fileBytes = 0;
  files = 0;
  readonly large: LargeFile[] = [];
  readonly #hasFiles: boolean;
  #head: Buffer | null = null;
  #tooLong = false;
  #rest = '';
  #inHead = true;

  constructor(hasFiles: boolean) {
    this.#hasFiles = hasFiles;
  }

  feed(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    const start = this.#inHead ? this.#feedHead(bytes) : 0;
    if (!this.#hasFiles || this.#inHead) return;
    // In small steps: a text of megabytes would be kept outside the heap, where it waits for the garbage collector without being counted.
    for (let at = start; at < bytes.length; at += STEP) this.#feedLines(bytes.toString('latin1', at, at + STEP));
  }

  head(): string | null {
    return this.#tooLong || this.#inHead ? null : (this.#head ?? Buffer.alloc(0)).toString('utf8');
  }

  #feedHead(bytes: Buffer): number {
    const end = bytes.indexOf(0x0a);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    if ((this.#head?.length ?? 0) + part.length > MAX_HEAD) this.#tooLong = true;
    else this.#head = this.#head === null ? Buffer.from(part) : Buffer.concat([this.#head, part]);
    this.#inHead = end < 0;
    return end + 1;
  }

  #feedLines(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const size = sizeAtEnd.exec(line)?.[1];
      if (size === undefined) continue;
      this.fileBytes += Number(size);
      this.files += 1;
      if (Number(size) >= LARGE && this.large.length < MOST_LARGE) this.#noteLarge(line, Number(size));
    }
  }

  #noteLarge(line: string, size: number): void {
    const parsed = parseBodyLine(Buffer.from(line, 'latin1').toString('utf8'));
    if (parsed !== null && 'path' in parsed) this.large.push({ path: parsed.path, size });
  }
}
