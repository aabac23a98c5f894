import { createHash } from 'node:crypto';

/** Hash of a sequence of files as an inventory lists them, so that two long lists can be compared without keeping either. */
export class SequenceHash {
  readonly #sum = createHash('sha256');
  #held = '';
  #count = 0;

  /** Neither text may hold NUL. */
  add(digest: string, path: string): void {
    this.#held += `${digest}\0${path}\0`;
    this.#count += 1;
    if (this.#held.length > 32_768) this.#flush();
  }

  get count(): number {
    return this.#count;
  }

  digest(): string {
    this.#flush();
    return this.#sum.digest('hex');
  }

  #flush(): void {
    this.#sum.update(this.#held, 'utf8');
    this.#held = '';
  }
}

const DIGEST_BYTES = 32;

/** A growing list of SHA-256 digests, 32 bytes each: as hex strings they would take more than twice that. */
export class DigestList {
  #bytes = Buffer.allocUnsafeSlow(64 * DIGEST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds 64 hex digits; answers the place. */
  push(hex: string): number {
    if ((this.#length + 1) * DIGEST_BYTES > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.write(hex, this.#length * DIGEST_BYTES, 'hex');
    this.#length += 1;
    return this.#length - 1;
  }

  /** The digest at a place; a view that is only good until the next `push`. */
  at(index: number): Uint8Array {
    return this.#bytes.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
  }

  /** Puts a digest of 32 bytes at a place that was pushed before. */
  set(index: number, digest: Uint8Array): void {
    this.#bytes.set(digest, index * DIGEST_BYTES);
  }

  hexAt(index: number): string {
    return this.#bytes.toString('hex', index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
  }

  /** A copy of exactly the digests. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(0, this.#length * DIGEST_BYTES));
  }
}

/** Records of a digest and a text in one piece of memory, which costs nothing to hand to another thread. */
export class ByteList {
  #bytes = Buffer.allocUnsafeSlow(4096);
  #length = 0;

  addRecord(digest: string, text: string): void {
    const size = Buffer.byteLength(text);
    const needed = this.#length + DIGEST_BYTES + 4 + size;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.ceil(this.#bytes.length * 1.5)));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.write(digest, this.#length, 'hex');
    this.#bytes.writeUInt32BE(size, this.#length + DIGEST_BYTES);
    this.#bytes.write(text, this.#length + DIGEST_BYTES + 4);
    this.#length = needed;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** The records of a `ByteList`: each digest (32 bytes) and text. */
export function* recordsOf(bytes: Uint8Array): Generator<{ readonly digest: Uint8Array; readonly text: string }> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < all.length; ) {
    const start = at + DIGEST_BYTES + 4;
    const end = start + all.readUInt32BE(at + DIGEST_BYTES);
    yield { digest: all.subarray(at, at + DIGEST_BYTES), text: all.toString('utf8', start, end) };
    at = end;
  }
}
