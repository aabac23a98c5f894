import type { Clock } from '../clock.ts';

/** Which of two ways of doing the same work is the quicker one here, found by doing some of it in each. */
export class QuickerWay {
  readonly #clock: Clock;
  readonly #everyNth: number;
  /** Time for a piece, ms, as it was last found. */
  readonly #took: [number | null, number | null] = [null, null];
  #turn = 0;

  /** Of so many turns one goes to the way that was the slower one: what was so may have changed. */
  constructor(clock: Clock, everyNth: number) {
    this.#clock = clock;
    this.#everyNth = everyNth;
  }

  /** Does a turn of so many pieces in one of the ways. */
  async do<T>(pieces: number, ways: readonly [() => Promise<T>, () => Promise<T>]): Promise<T> {
    const which = this.#next();
    const began = this.#clock.monotonic();
    const done = await ways[which]();
    this.#took[which] = (this.#clock.monotonic() - began) / pieces;
    return done;
  }

  #next(): 0 | 1 {
    const [first, second] = this.#took;
    if (first === null) return 0;
    if (second === null) return 1;
    const quicker = first <= second ? 0 : 1;
    return ++this.#turn % this.#everyNth === 0 ? (quicker === 0 ? 1 : 0) : quicker;
  }
}
