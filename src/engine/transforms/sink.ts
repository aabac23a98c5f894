/** Takes what a rewriter writes, in pieces of a fixed size. */
export interface PieceTaker {
  /** Memory for the next piece; waits until there is some. */
  room(): Uint8Array;
  /** The first `length` bytes of what `room` gave are a piece. */
  give(length: number): void;
}

/** Up to this size a loop is quicker than a copy by the runtime. */
const SMALL = 48;

/** Gathers bytes into pieces. */
export class Sink {
  readonly #taker: PieceTaker;
  #piece: Uint8Array;
  #at = 0;
  /** All bytes so far. */
  total = 0;

  constructor(taker: PieceTaker) {
    this.#taker = taker;
    this.#piece = taker.room();
  }

  byte(value: number): void {
    if (this.#at === this.#piece.length) this.#next();
    this.#piece[this.#at++] = value;
  }

  /** Adds the bytes of `source` from `from` up to `to`. */
  copy(source: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length > this.#piece.length - this.#at) {
      this.#copyLong(source, from, to);
      return;
    }
    const piece = this.#piece;
    let at = this.#at;
    if (length < SMALL) for (let i = from; i < to; i++) piece[at++] = source[i] as number;
    else {
      piece.set(source.subarray(from, to), at);
      at += length;
    }
    this.#at = at;
  }

  all(source: Uint8Array): void {
    this.copy(source, 0, source.length);
  }

  /** Gives the last piece, if there is one. */
  end(): void {
    if (this.#at > 0) this.#give();
  }

  #copyLong(source: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; ) {
      if (this.#at === this.#piece.length) this.#next();
      const length = Math.min(to - at, this.#piece.length - this.#at);
      this.#piece.set(source.subarray(at, at + length), this.#at);
      this.#at += length;
      at += length;
    }
  }

  #next(): void {
    this.#give();
    this.#piece = this.#taker.room();
    this.#at = 0;
  }

  #give(): void {
    this.total += this.#at;
    this.#taker.give(this.#at);
  }
}
