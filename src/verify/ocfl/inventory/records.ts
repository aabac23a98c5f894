const BLOCK = 256 * 1024;
const HEAD = 14;

/** A record: a print, some bytes and a text; each of them may be empty. */
export interface PrintedRecord {
  readonly a: number;
  readonly b: number;
  /** Good until the blocks are gone. */
  readonly bytes: Buffer;
  /** Decoded when asked for: most are never shown. */
  text(): string;
}

/** A growing list of records in blocks that can be handed to another thread without being copied. */
export class RecordBlocks {
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #block = Buffer.allocUnsafeSlow(0);
  #used = 0;

  /** @param hex an even number of hexadecimal digits */
  add(a: number, b: number, hex: string, text: string): void {
    const bytes = hex.length >> 1;
    const length = Buffer.byteLength(text);
    const size = HEAD + bytes + length;
    if (this.#used + size > this.#block.length) {
      this.#close();
      this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK, size));
    }
    const at = this.#used;
    this.#block.writeUInt32LE(a, at);
    this.#block.writeUInt32LE(b, at + 4);
    this.#block.writeUInt16LE(bytes, at + 8);
    this.#block.writeUInt32LE(length, at + 10);
    if (bytes > 0) this.#block.write(hex, at + HEAD, 'hex');
    if (length > 0) this.#block.write(text, at + HEAD + bytes);
    this.#used = at + size;
  }

  /** All blocks; nothing can be added afterwards. */
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

/** Every record of the blocks, with the number of its block and its place in it, by which `recordAt` finds it again. */
export function* recordsIn(blocks: readonly Uint8Array[]): Generator<{ readonly record: PrintedRecord; readonly block: number; readonly at: number }> {
  for (const [block, bytes] of blocks.entries()) {
    for (let at = 0; at < bytes.length; ) {
      const record = recordAt(bytes, at);
      yield { record, block, at };
      at = record.end;
    }
  }
}

export function recordAt(block: Uint8Array, at: number): PrintedRecord & { readonly end: number } {
  const view = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const middle = at + HEAD + view.readUInt16LE(at + 8);
  const end = middle + view.readUInt32LE(at + 10);
  return {
    a: view.readUInt32LE(at),
    b: view.readUInt32LE(at + 4),
    bytes: view.subarray(at + HEAD, middle),
    text: () => view.toString('utf8', middle, end),
    end,
  };
}
