import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { FileRefusal, Stopped } from './refusal.ts';

/** A file of a version: its name there, and where its bytes are stored. */
export interface StoredSource {
  /** `WF-2024-07:v1` */
  readonly ref: string;
  readonly path: string;
  /** Absolute. */
  readonly stored: string;
  /** Null where nobody has said what the bytes are: a file that is not of a lake. */
  readonly sha256: string | null;
  readonly size: number;
}

export interface ReadWatch {
  stopped(): boolean;
  progressed(bytes: number): void;
}

/** Pieces small enough that a stop is heard soon. */
const STEP = 1 << 20;

/** Reads a stored file once from start to end; `finish` says whether it was what was committed. Blocks, so it belongs into a thread. */
export class SourceReader {
  readonly #source: StoredSource;
  readonly #watch: ReadWatch;
  readonly #descriptor: number;
  readonly #hash = createHash('sha256');
  #read = 0;
  #ended = false;

  constructor(source: StoredSource, watch: ReadWatch) {
    this.#source = source;
    this.#watch = watch;
    this.#descriptor = openSync(source.stored, 'r');
  }

  /** Reads on into a part of the buffer; answers the number of bytes, 0 at the end. */
  read(buffer: Uint8Array, at: number): number {
    if (this.#watch.stopped()) throw new Stopped();
    const count = readSync(this.#descriptor, buffer, at, Math.min(STEP, buffer.length - at), null);
    if (count === 0) this.#ended = true;
    this.#hash.update(buffer.subarray(at, at + count));
    this.#read += count;
    this.#watch.progressed(count);
    return count;
  }

  /** Throws STORED_DAMAGED where the bytes are not those of the version. Reads what nobody wanted to see. */
  finish(): void {
    const rest = this.#ended ? null : Buffer.alloc(STEP);
    while (rest !== null && this.read(rest, 0) > 0);
    if (this.#source.sha256 === null || (this.#read === this.#source.size && this.#hash.digest('hex') === this.#source.sha256)) return;
    throw new FileRefusal(
      'STORED_DAMAGED',
      `The stored bytes of "${this.#source.path}" in ${this.#source.ref} are not those that were committed.`,
      'Run `hms dta verify` on the lake, and restore the file from a backup.',
    );
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** The first bytes of a file, for finding out how it is written. */
export function startOf(file: string, bytes: number): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    let filled = 0;
    for (let count = -1; filled < bytes && count !== 0; filled += count) count = readSync(descriptor, buffer, filled, bytes - filled, filled);
    return buffer.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}
