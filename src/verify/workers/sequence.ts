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

  hexAt(index: number): string {
    return this.#bytes.toString('hex', index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
  }

  /** A copy of exactly the digests. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(0, this.#length * DIGEST_BYTES));
  }
}
