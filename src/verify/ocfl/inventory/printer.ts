/** Two numbers of 32 bits that make the prints of one check. */
export type PrintKey = readonly [number, number];

/**
 * Gives texts a print of 64 bits: HalfSipHash-2-4 of the text in UTF-16LE. SHA-256 would take several times as long as reading the text.
 *
 * The key must come from a hash of all inventories that are compared with these prints: then whoever wrote them could not know it, and two
 * different texts of the same print, or two lists of the same sum, are not to be expected in any inventory, also not in one made to deceive.
 */
export class Printer {
  /** The two halves of the last print. */
  a = 0;
  b = 0;
  readonly #k0: number;
  readonly #k1: number;
  readonly #words = new Int32Array(4);

  constructor([k0, k1]: PrintKey) {
    this.#k0 = k0;
    this.#k1 = k1;
  }

  /** The print of a text, or of its first `end` UTF-16 units. */
  text(text: string, end = text.length): void {
    this.#print(text, end, this.#words);
  }

  /** The print of two prints, in this order. */
  pair(a1: number, b1: number, a2: number, b2: number): void {
    const words = this.#words;
    words[0] = a1;
    words[1] = b1;
    words[2] = a2;
    words[3] = b2;
    this.#print(null, 8, words);
  }

  /** All in one function with local variables: calls and fields for each word of a text would take three times as long. */
  #print(text: string | null, units: number, words: Int32Array): void {
    let v0 = this.#k0;
    let v1 = this.#k1 ^ 0xee;
    let v2 = 0x6c796765 ^ v0;
    let v3 = 0x74656462 ^ this.#k1;
    const even = units & ~1;
    for (let at = 0; at <= even; at += 2) {
      // The last word has what is left of the text, and the length in bytes above it.
      const last = at === even;
      const rest = last ? ((units * 2) << 24) | (even === units || text === null ? 0 : text.charCodeAt(even)) : 0;
      const word = last ? rest : text === null ? (words[at >> 1] as number) : text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    v2 ^= 0xee;
    for (let round = 0; round < 8; round++) {
      if (round === 4) {
        this.a = (v1 ^ v3) >>> 0;
        v1 ^= 0xdd;
      }
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.b = (v1 ^ v3) >>> 0;
  }
}
