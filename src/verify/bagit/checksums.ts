/** Checksums of one length by the number of a file, side by side in one block of bytes: a text for each would take several times the memory. */
export class ChecksumList {
  readonly #size: number;
  #bytes: Buffer;

  /**
   * @param size bytes of one checksum
   * @param files how many there will be at least
   */
  constructor(size: number, files: number) {
    this.#size = size;
    this.#bytes = Buffer.alloc(size * files);
  }

  set(file: number, hex: string): void {
    const end = (file + 1) * this.#size;
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(end + 1024 * this.#size, Math.floor(this.#bytes.length * 1.5)));
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
