import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { HashPlan } from './source.ts';

/** Hashes one file that comes in pieces, with the algorithms that a plan wants of it. */
export class StreamHash {
  readonly #sums: readonly Hash[];

  constructor({ algorithms }: HashPlan, mask: number) {
    this.#sums = algorithms.filter((_, i) => (mask & (1 << i)) !== 0).map(({ hash }) => createHash(hash));
  }

  update(piece: Uint8Array): void {
    for (const sum of this.#sums) sum.update(piece);
  }

  digests(): Uint8Array {
    return Buffer.concat(this.#sums.map((sum) => sum.digest()));
  }
}
