import { hash } from 'node:crypto';

/**
 * Lists and a table for hundreds of thousands of files. Strings and objects would take several times the memory, and lists that grow by
 * copying leave what they grew out of to the garbage collector; so all of these are kept in blocks of bytes.
 */

const DIGEST_BYTES = 32;
const DIGESTS_PER_BLOCK = 4096;

/** A growing list of SHA-256 digests. */
export class DigestList {
  readonly #blocks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds 64 hex digits, or nothing for a digest that is set later; answers the place. */
  push(hex = ''): number {
    const index = this.#length;
    if (index % DIGESTS_PER_BLOCK === 0) this.#blocks.push(Buffer.alloc(DIGESTS_PER_BLOCK * DIGEST_BYTES));
    this.#length += 1;
    if (hex !== '') this.at(index).write(hex, 'hex');
    return index;
  }

  add(digest: Uint8Array): void {
    this.set(this.push(), digest);
  }

  set(index: number, digest: Uint8Array): void {
    this.at(index).set(digest);
  }

  /** The bytes of a digest, in place. */
  at(index: number): Buffer {
    const block = this.#blocks[Math.floor(index / DIGESTS_PER_BLOCK)];
    if (block === undefined || index >= this.#length) throw new RangeError(`There is no digest ${String(index)}.`);
    const start = (index % DIGESTS_PER_BLOCK) * DIGEST_BYTES;
    return block.subarray(start, start + DIGEST_BYTES);
  }

  hexAt(index: number): string {
    return this.at(index).toString('hex');
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length * DIGEST_BYTES);
    for (const [i, block] of this.#blocks.entries()) bytes.set(block.subarray(0, Math.min(block.length, bytes.length - i * block.length)), i * block.length);
    return bytes;
  }
}

const RECORD_BLOCK = 256 * 1024;
/** Of lists that are made by the hundred: what a block does not use stays taken until the garbage collector finds it. */
export const SMALL_BLOCK = 32 * 1024;
const RECORD_HEAD = DIGEST_BYTES + 4;

/** Records of a digest and bytes, or a text in UTF-8, in blocks that can be handed to another thread without being copied. */
export class RecordList {
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  readonly #blockBytes: number;
  #block = Buffer.allocUnsafeSlow(0);
  #used = 0;

  constructor(blockBytes = RECORD_BLOCK) {
    this.#blockBytes = blockBytes;
  }

  /** @param digest 64 hex digits */
  add(digest: string, text: string): void {
    const at = this.#take(Buffer.byteLength(text));
    this.#block.write(digest, at, 'hex');
    this.#block.write(text, at + RECORD_HEAD);
  }

  addBytes(digest: Uint8Array, bytes: Uint8Array): void {
    const at = this.#take(bytes.length);
    this.#block.set(digest, at);
    this.#block.set(bytes, at + RECORD_HEAD);
  }

  /** Room for a record whose bytes are so many; answers where it begins. */
  #take(length: number): number {
    const size = RECORD_HEAD + length;
    if (this.#used + size > this.#block.length) {
      this.#close();
      this.#block = Buffer.allocUnsafeSlow(Math.max(this.#blockBytes, size));
    }
    const at = this.#used;
    this.#block.writeUInt32BE(length, at + DIGEST_BYTES);
    this.#used += size;
    return at;
  }

  /** All blocks, to be handed over; nothing can be added afterwards. */
  take(): Uint8Array<ArrayBuffer>[] {
    this.#close();
    return this.#full;
  }

  #close(): void {
    if (this.#used > 0) this.#full.push(this.#block.subarray(0, this.#used));
    this.#used = 0;
    this.#block = Buffer.allocUnsafeSlow(0);
  }
}

/** The records of a `RecordList`: each digest (32 bytes) and text. */
export function* recordsOf(blocks: readonly Uint8Array[]): Generator<{ readonly digest: Uint8Array; readonly text: string }> {
  for (const { digest, bytes } of byteRecordsOf(blocks)) yield { digest, text: bytes.toString('utf8') };
}

/** The same, the bytes as they are, in place. */
export function* byteRecordsOf(blocks: readonly Uint8Array[]): Generator<{ readonly digest: Uint8Array; readonly bytes: Buffer }> {
  for (const block of blocks) {
    const all = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    for (let at = 0; at < all.length; ) {
      const start = at + RECORD_HEAD;
      const end = start + all.readUInt32BE(at + DIGEST_BYTES);
      yield { digest: all.subarray(at, at + DIGEST_BYTES), bytes: all.subarray(start, end) };
      at = end;
    }
  }
}

/** Words of 32 bits that stand for a path. */
const PRINT_WORDS = 4;

/**
 * Numbers paths in the order in which they are added, without keeping them: what is kept is the first 128 bits of each one's SHA-256. Two paths
 * with the same 128 bits are not to be expected in any number of files.
 */
export class PathTable {
  /** Number of a path + 1, or 0 for an empty slot; its length is a power of two. */
  #slots = new Int32Array(64);
  #prints = new Uint32Array(32 * PRINT_WORDS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The number of a new path; null where the path is there already. */
  add(path: string): number | null {
    const print = printOf(path);
    const slot = this.#slotOf(print);
    if (this.#slots[slot] !== 0) return null;
    if ((this.#length + 1) * PRINT_WORDS > this.#prints.length) this.#grow();
    const index = this.#length;
    this.#prints.set(print, index * PRINT_WORDS);
    this.#length += 1;
    this.#slots[this.#slotOf(print)] = this.#length;
    return index;
  }

  /** The number of a path; null where it is not there. */
  find(path: string): number | null {
    const found = this.#slots[this.#slotOf(printOf(path))] ?? 0;
    return found === 0 ? null : found - 1;
  }

  /** The slot that holds the print, or the empty one where it would stand. Half of the slots are always empty, so the walk is short and ends. */
  #slotOf(print: Uint32Array): number {
    const mask = this.#slots.length - 1;
    let slot = (print[0] ?? 0) & mask;
    for (;;) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0 || this.#holds(found - 1, print)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #holds(index: number, print: Uint32Array): boolean {
    const at = index * PRINT_WORDS;
    const prints = this.#prints;
    return prints[at] === print[0] && prints[at + 1] === print[1] && prints[at + 2] === print[2] && prints[at + 3] === print[3];
  }

  #grow(): void {
    const prints = new Uint32Array(this.#prints.length * 2);
    prints.set(this.#prints);
    this.#prints = prints;
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let index = 0; index < this.#length; index++) {
      this.#slots[this.#slotOf(prints.subarray(index * PRINT_WORDS, (index + 1) * PRINT_WORDS))] = index + 1;
    }
  }
}

function printOf(path: string): Uint32Array {
  const digest = hash('sha256', path, 'buffer');
  return Uint32Array.of(digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12));
}

/** A small number for each place, 0 until it is set. */
export class Marks {
  #bytes = new Uint8Array(1024);

  get(index: number): number {
    return this.#bytes[index] ?? 0;
  }

  set(index: number, mark: number): void {
    if (index >= this.#bytes.length) {
      const larger = new Uint8Array(Math.max(index + 1, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[index] = mark;
  }
}
