import { createReadStream, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

const WINDOW = 1024 * 1024;

/** Enough for the header of an entry with its name. */
const HEADER = 512;

/** Reads a zip file for yauzl through one window of memory: the directory of 100,000 entries is read in few large pieces instead of 200,000 small ones. */
export class WindowReader extends RandomAccessReader {
  readonly #fd: number;
  readonly #path: string;
  readonly #window = Buffer.allocUnsafe(WINDOW);
  readonly #header = Buffer.allocUnsafe(HEADER);
  #start = 0;
  #length = 0;

  constructor(fd: number, path: string) {
    super();
    this.#fd = fd;
    this.#path = path;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return createReadStream(this.#path, { start, end: end - 1, highWaterMark: WINDOW });
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    try {
      this.bytes(position, length).copy(buffer, offset);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    callback(null);
  }

  /** Bytes of the file; only good until the next call. Throws where the file ends before them. */
  bytes(position: number, length: number): Buffer {
    if (length > WINDOW) {
      const large = Buffer.alloc(length);
      if (readFully(this.#fd, large, position) < length) throw new RangeError('the file ends too early');
      return large;
    }
    if (position < this.#start || position + length > this.#start + this.#length) {
      this.#start = position;
      this.#length = readFully(this.#fd, this.#window, position);
      if (this.#length < length) throw new RangeError('the file ends too early');
    }
    return this.#window.subarray(position - this.#start, position - this.#start + length);
  }

  /** As `bytes`, without reading on for more: for headers that lie far from one another. */
  header(position: number, length: number): Buffer {
    const buffer = length > HEADER ? Buffer.alloc(length) : this.#header;
    if (readFully(this.#fd, buffer, position) < length) throw new RangeError('the file ends too early');
    return buffer.subarray(0, length);
  }
}

function readFully(fd: number, buffer: Buffer, position: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
