/**
 * Finds numbers by a text, for hundreds of thousands of them, in a quarter of the memory of a Map: the texts themselves are kept by whoever asks, or
 * not at all. Several numbers may stand under one text.
 */
export class TextIndex {
  /** Number + 1, or 0 for an empty slot; its length is a power of two, at least half of it empty. */
  #slots = new Int32Array(1024);
  #prints = new Uint32Array(512);
  #count = 0;

  /** Adds the next number: 0, then 1, and so on. */
  add(text: string): void {
    if (this.#count === this.#prints.length) this.#grow();
    this.#prints[this.#count] = printOf(text);
    this.#place(this.#count);
    this.#count += 1;
  }

  /** The numbers that may stand under a text, in no order; whoever asks compares. */
  find(text: string): Generator<number> {
    return this.#under(printOf(text));
  }

  /** The numbers that may stand under the text of this one, itself among them. */
  same(index: number): Generator<number> {
    return this.#under(this.#prints[index] ?? 0);
  }

  *#under(print: number): Generator<number> {
    const mask = this.#slots.length - 1;
    for (let slot = print & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0) return;
      if (this.#prints[found - 1] === print) yield found - 1;
    }
  }

  /** The first of them for which `is` holds; null where there is none. */
  first(text: string, is: (index: number) => boolean): number | null {
    const print = printOf(text);
    const mask = this.#slots.length - 1;
    for (let slot = print & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0) return null;
      if (this.#prints[found - 1] === print && is(found - 1)) return found - 1;
    }
  }

  #place(index: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#prints[index] ?? 0) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = index + 1;
  }

  #grow(): void {
    const prints = new Uint32Array(this.#prints.length * 2);
    prints.set(this.#prints);
    this.#prints = prints;
    this.#slots = new Int32Array(prints.length * 2);
    for (let index = 0; index < this.#count; index++) this.#place(index);
  }
}

/** Bits that differ for most texts that differ, and not for who wants them not to: texts under one print are only slower to find. FNV-1a with a last mixing. */
function printOf(text: string): number {
  let print = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) print = Math.imul(print ^ text.charCodeAt(i), 0x01000193);
  print = Math.imul(print ^ (print >>> 16), 0x85ebca6b);
  return (print ^ (print >>> 13)) >>> 0;
}
