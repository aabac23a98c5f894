/** Checksums of one length by the number of a file, side by side in one block of bytes: a text for each would take several times the memory. */
export class ChecksumList {
  readonly #size: number;
  #bytes = Buffer.alloc(0);

  /** @param size bytes of one checksum */
  constructor(size: number) {
    this.#size = size;
  }

  set(file: number, hex: string): void {
    const end = (file + 1) * this.#size;
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(end, this.#bytes.length * 2, 1024));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.write(hex, file * this.#size, 'hex');
  }

  /** The bytes of a checksum, in place. Only for files that have one. */
  at(file: number): Buffer {
    return this.#bytes.subarray(file * this.#size, (file + 1) * this.#size);
  }

  hex(file: number): string {
    return this.at(file).toString('hex');
  }
}
