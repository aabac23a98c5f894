import { emptyRoot, nodeHash } from '../../core/index.ts';
import { sha256 } from '../crypto.ts';
import { DigestList } from '../workers/compact.ts';

const HEIGHT = 8;
const WIDTH = 256;

/**
 * The Merkle tree over the leaves that were read (RFC 9162 section 2.1): every node that stands over a whole number of leaves, each computed once, from
 * which tiles and the roots of all sizes follow. 64 bytes a leaf.
 */
export class TreeNodes {
  /** By level, leaves first. */
  readonly #levels: DigestList[] = [new DigestList()];

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  push(leaf: Uint8Array): void {
    let node = leaf;
    for (let level = 0; ; level += 1) {
      const list = (this.#levels[level] ??= new DigestList());
      list.add(node);
      if (list.length % 2 === 1) return;
      node = nodeHash(sha256, list.at(list.length - 2), list.at(list.length - 1));
    }
  }

  /** Root of the tree of the first `size` leaves, which must be there: the largest subtrees that are whole, folded from the right. */
  rootAt(size: number): Uint8Array {
    let root: Uint8Array | null = null;
    for (let level = 0, rest = size; rest > 0; level += 1, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      const node = this.#at(level, rest - 1);
      root = root === null ? node : nodeHash(sha256, node, root);
    }
    return root ?? emptyRoot(sha256);
  }

  /** Every tile of the tree in its greatest width: C2SP tlog-tiles. `bytes` is good until the next is asked for. */
  *tiles(): Generator<{ readonly level: number; readonly n: number; readonly width: number; readonly bytes: Uint8Array }> {
    const bytes = new Uint8Array(WIDTH * 32);
    for (let level = 0; level * HEIGHT < this.#levels.length; level += 1) {
      const { length } = this.#levels[level * HEIGHT] ?? { length: 0 };
      for (let n = 0; n * WIDTH < length; n += 1) {
        const width = Math.min(WIDTH, length - n * WIDTH);
        for (let i = 0; i < width; i += 1) bytes.set(this.#at(level * HEIGHT, n * WIDTH + i), i * 32);
        yield { level, n, width, bytes };
      }
    }
  }

  #at(level: number, index: number): Uint8Array {
    const list = this.#levels[level];
    if (list === undefined) throw new RangeError(`The tree has no node at level ${String(level)}.`);
    return list.at(index);
  }
}
