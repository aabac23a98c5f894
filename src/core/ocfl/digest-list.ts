const DIGEST_BYTES = 32;
const FIRST_ROOM = 64;

/**
 * Sha256 digests in ascending order, 32 bytes each: an inventory of 300,000 files names as many, and as texts they would take three times the memory of
 * everything else that is held of it.
 */
export class DigestList {
  #bytes = new Uint8Array(FIRST_ROOM * DIGEST_BYTES);
  #length = 0;
  readonly #wanted = new Uint8Array(DIGEST_BYTES);

  get length(): number {
    return this.#length;
  }

  /** Adds a digest (64 lower-case hex digits) that is larger than the last one; answers false, and adds nothing, where it is not larger. */
  add(digest: string): boolean {
    if ((this.#length + 1) * DIGEST_BYTES > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const at = this.#length * DIGEST_BYTES;
    writeHex(digest, this.#bytes, at);
    if (this.#length > 0 && this.#compare(this.#length - 1, this.#bytes, at) >= 0) return false;
    this.#length += 1;
    return true;
  }

  has(digest: string): boolean {
    writeHex(digest, this.#wanted, 0);
    return this.#find(this.#wanted) >= 0;
  }

  /** Answers `has` for digests that are asked in ascending order, without searching; for others it searches. */
  cursor(): (digest: string) => boolean {
    const wanted = new Uint8Array(DIGEST_BYTES);
    let at = 0;
    return (digest) => {
      writeHex(digest, wanted, 0);
      if (at > 0 && this.#compare(at - 1, wanted, 0) >= 0) return this.#find(wanted) >= 0;
      while (at < this.#length && this.#compare(at, wanted, 0) < 0) at += 1;
      return at < this.#length && this.#compare(at, wanted, 0) === 0;
    };
  }

  *[Symbol.iterator](): Generator<string> {
    for (let i = 0; i < this.#length; i += 1) yield toHexAt(this.#bytes, i * DIGEST_BYTES);
  }

  #find(wanted: Uint8Array): number {
    let low = 0;
    let high = this.#length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = this.#compare(middle, wanted, 0);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #compare(index: number, other: Uint8Array, from: number): number {
    const at = index * DIGEST_BYTES;
    for (let i = 0; i < DIGEST_BYTES; i += 1) {
      const difference = (this.#bytes[at + i] ?? 0) - (other[from + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

function writeHex(digest: string, into: Uint8Array, at: number): void {
  for (let i = 0; i < DIGEST_BYTES; i += 1) into[at + i] = (hexValue(digest.charCodeAt(2 * i)) << 4) | hexValue(digest.charCodeAt(2 * i + 1));
}

function hexValue(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

function toHexAt(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let i = 0; i < DIGEST_BYTES; i += 1) text += (bytes[at + i] ?? 0).toString(16).padStart(2, '0');
  return text;
}
