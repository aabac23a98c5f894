import { createHash } from 'node:crypto';
import type { BodyHead } from '../../contract/index.ts';
import { isKnownOp } from '../../contract/index.ts';
import { parseBodyHead } from '../../core/index.ts';
import { readPieces, readWhole } from '../read.ts';

/** What became of a body: it matches its commitment, or not, or it is not there. */
export interface BodyRead {
  readonly state: 'good' | 'altered' | 'missing' | 'unreadable';
  /** Which files are there, for what is said about a body that should be gone. */
  readonly there: readonly string[];
  readonly detail: string;
  /** The first line of a good body; null where it is not what the operation says, or the operation is not known. */
  readonly head: BodyHead | null;
  /** How many files the lines of a version's body add, and the sum of their sizes. */
  readonly fileBytes: number;
  readonly files: number;
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

/** Hashes body and salt of one entry (lake.md section 5) and keeps the first line. */
export function readBody(folder: string, { commit, size, op }: Commitment, buffer: Uint8Array): BodyRead {
  const salt = readWhole(`${folder}/body.salt`, SALT_BYTES);
  const sum = createHash('sha256');
  if ('bytes' in salt) sum.update(salt.bytes);
  const scan = new LineScan(op === 'version.committed');
  let read = 0;
  const fault = readPieces(`${folder}/body.json`, buffer, (piece) => {
    sum.update(piece);
    read += piece.length;
    scan.feed(piece);
  });
  const there = [...(fault?.why === 'missing' ? [] : ['body.json']), ...('why' in salt && salt.why === 'missing' ? [] : ['body.salt'])];
  const bad = (state: BodyRead['state'], detail: string): BodyRead => ({ state, there, detail, head: null, fileBytes: 0, files: 0 });
  if (fault?.why === 'missing') return bad('missing', 'body.json is not there');
  if ('why' in salt && salt.why === 'missing') return bad('missing', 'body.salt is not there');
  if (fault !== null) return bad('unreadable', `body.json cannot be read: ${fault.detail}`);
  if ('why' in salt) return bad(salt.why === 'large' ? 'altered' : 'unreadable', `body.salt: ${salt.detail}`);
  if (read !== size) return bad('altered', `body.json has ${String(read)} bytes instead of ${String(size)}`);
  if (salt.bytes.length !== SALT_BYTES || sum.digest('hex') !== commit) return bad('altered', 'body.salt and body.json do not give the hash in the entry');
  const line = scan.head();
  const head = line === null || !isKnownOp(op) ? null : parseBodyHead(line, op);
  return { state: 'good', there, detail: '', head, fileBytes: scan.fileBytes, files: scan.files };
}

/** Keeps the first line and adds up the sizes in the others. */
class LineScan {
  fileBytes = 0;
  files = 0;
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
    else this.#head = Buffer.concat([this.#head ?? Buffer.alloc(0), part]);
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
    }
  }
}
