import { createHash, getHashes } from 'node:crypto';
import type { Hash } from 'node:crypto';

/** Digests as OCFL and BagIt name them, and as this system computes them. */

/** A digest that bytes must have: the algorithm by its name in the standard, and lower-case hex (`size`: decimal). */
export interface Expected {
  readonly algorithm: string;
  readonly digest: string;
}

/** Names that differ between the standards and the system: OCFL 1.1 section 3.5.4 and extension 0009; RFC 8493 section 2.4. */
const systemNames: Readonly<Record<string, string>> = {
  'blake2b-512': 'blake2b512',
  'sha512/256': 'sha512-256',
  sha512256: 'sha512-256',
  sha3224: 'sha3-224',
  sha3256: 'sha3-256',
  sha3384: 'sha3-384',
  sha3512: 'sha3-512',
};

/** The system's name of an algorithm; null where it cannot compute it. */
export function systemName(algorithm: string): string | null {
  const name = systemNames[algorithm] ?? algorithm;
  return getHashes().includes(name) ? name : null;
}

/** Hashes pieces in SHA-256 and in every algorithm of which a digest is expected, in one pass. What it cannot compute it leaves out (OCFL E028). */
export class DigestCheck {
  readonly #sha256 = createHash('sha256');
  readonly #others: { readonly expected: Expected; readonly hash: Hash }[] = [];
  readonly #expected: readonly Expected[];
  #size = 0;

  constructor(expected: readonly Expected[]) {
    this.#expected = expected;
    for (const each of expected) {
      const name = each.algorithm === 'sha256' || each.algorithm === 'size' ? null : systemName(each.algorithm);
      if (name !== null) this.#others.push({ expected: each, hash: createHash(name) });
    }
  }

  update(piece: Uint8Array): void {
    this.#size += piece.length;
    this.#sha256.update(piece);
    for (const { hash } of this.#others) hash.update(piece);
  }

  /** The SHA-256 and size of all pieces, and the first expectation that they do not meet. */
  end(): { readonly sha256: string; readonly size: number; readonly misfit: Expected | null } {
    const sha256 = this.#sha256.digest('hex');
    const wrongOther = this.#others.find(({ expected, hash }) => hash.digest('hex') !== expected.digest)?.expected;
    const found: Readonly<Record<string, string>> = { sha256, size: String(this.#size) };
    const wrong = this.#expected.find(({ algorithm, digest }) => found[algorithm] !== undefined && found[algorithm] !== digest);
    return { sha256, size: this.#size, misfit: wrong ?? wrongOther ?? null };
  }
}
