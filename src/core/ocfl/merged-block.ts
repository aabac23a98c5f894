import { quoted } from './inventory-write.ts';

/** A digest with one of its paths. */
export type DigestPath = readonly [digest: string, path: string];

/**
 * The text of a manifest or a state that is made of what was there and what is new, both ascending by digest and then by path (UTF-16 code units), so that
 * neither is held. Throws an Error where what is new is not in order, or where a pair comes twice; `onOld` says it where what was there is not.
 */
export class MergedBlock {
  readonly #added: Iterator<DigestPath>;
  readonly #stays: (path: string) => boolean;
  readonly #onPair: (pair: DigestPath) => void;
  readonly #oldIsOut: (pair: DigestPath) => never;
  #next: DigestPath | null;
  #lastOld: DigestPath | null = null;
  #last: DigestPath | null = null;

  /** `stays` tells which of the old paths go on; `onPair` is told every pair that is written, in order. */
  constructor(added: Iterable<DigestPath>, stays: (path: string) => boolean, onPair: (pair: DigestPath) => void, oldIsOut: (pair: DigestPath) => never) {
    this.#added = added[Symbol.iterator]();
    this.#stays = stays;
    this.#onPair = onPair;
    this.#oldIsOut = oldIsOut;
    this.#next = this.#pull();
  }

  /** Takes the next of what was there; answers the text that is ready. All of it must be taken before the next call. */
  *take(old: Iterable<DigestPath>): Generator<string> {
    for (const pair of old) {
      if (this.#lastOld !== null && !isBefore(this.#lastOld, pair)) this.#oldIsOut(pair);
      this.#lastOld = pair;
      if (!this.#stays(pair[1])) continue;
      while (this.#next !== null && isBefore(this.#next, pair)) {
        yield this.#text(this.#next);
        this.#next = this.#pull();
      }
      yield this.#text(pair);
    }
  }

  /** The rest, once all that was there has been taken. */
  *end(): Generator<string> {
    for (; this.#next !== null; this.#next = this.#pull()) yield this.#text(this.#next);
    yield this.#last === null ? '{}' : ']}';
  }

  #pull(): DigestPath | null {
    const result = this.#added.next();
    return result.done === true ? null : result.value;
  }

  #text(pair: DigestPath): string {
    const [digest, path] = pair;
    const last = this.#last;
    if (last !== null && !isBefore(last, pair)) throw new Error(`"${path}" of the digest ${digest} is not in its place: digests, and the paths of each, must ascend.`);
    this.#onPair(pair);
    this.#last = pair;
    if (last?.[0] === digest) return `,${quoted(path)}`;
    return `${last === null ? '{' : '],'}${quoted(digest)}:[${quoted(path)}`;
  }
}

function isBefore(a: DigestPath, b: DigestPath): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
