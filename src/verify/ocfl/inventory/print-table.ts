/** Numbers prints in the order in which they are added. 16 to 24 bytes for each. */
export class PrintTable {
  /** Number of a print + 1, or 0 for an empty slot; its length is a power of two, at most half of it in use. */
  #slots = new Int32Array(64);
  #prints = new Uint32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The number of a new print; -1 - number where the print is there already. */
  add(a: number, b: number): number {
    const slot = this.#slotOf(a, b);
    const found = this.#slots[slot] as number;
    if (found !== 0) return -found;
    const index = this.#length;
    if ((index + 1) * 2 > this.#prints.length) this.#growPrints();
    this.#prints[index * 2] = a;
    this.#prints[index * 2 + 1] = b;
    this.#slots[slot] = index + 1;
    this.#length = index + 1;
    if (this.#length * 2 > this.#slots.length) this.#growSlots();
    return index;
  }

  /** The number of a print; -1 where it is not there. */
  find(a: number, b: number): number {
    return (this.#slots[this.#slotOf(a, b)] as number) - 1;
  }

  /** Empties the table and keeps its room. */
  clear(): void {
    if (this.#length > 0) this.#slots.fill(0);
    this.#length = 0;
  }

  #slotOf(a: number, b: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] as number;
      if (found === 0 || (this.#prints[found * 2 - 2] === a && this.#prints[found * 2 - 1] === b)) return slot;
    }
  }

  #growPrints(): void {
    const prints = new Uint32Array(this.#prints.length * 2);
    prints.set(this.#prints);
    this.#prints = prints;
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let index = 0; index < this.#length; index++) {
      this.#slots[this.#slotOf(this.#prints[index * 2] as number, this.#prints[index * 2 + 1] as number)] = index + 1;
    }
  }
}

/** A growing list of numbers of 32 bits. */
export class NumberList {
  #numbers = new Uint32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Uint32Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length] = value;
    this.#length += 1;
  }

  at(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#numbers[index] = value;
  }

  clear(): void {
    this.#length = 0;
  }

  toArray(): Uint32Array<ArrayBuffer> {
    return this.#numbers.slice(0, this.#length);
  }
}
