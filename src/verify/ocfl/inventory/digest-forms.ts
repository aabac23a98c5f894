import type { OcflCode } from '../codes.ts';
import { algorithmIndex, digestBytes } from '../digests.ts';
import type { Faults } from './faults.ts';
import { quoted } from './faults.ts';

const hex = /^[0-9a-fA-F]+$/;
/** The rule that says how the digests of an algorithm are written. */
const formCodes: Readonly<Record<string, OcflCode>> = { sha1: 'E029', sha256: 'E030', sha512: 'E031', 'blake2b-512': 'E032' };

/** The code for a digest that is not written as its algorithm asks; null where the standard has none for that algorithm alone. */
export function formCode(algorithm: string): OcflCode | null {
  return formCodes[algorithm] ?? null;
}

interface Form {
  count: number;
  readonly example: string;
}

/** Remembers in which forms digests were written, because the algorithm may be told after them. */
export class DigestForms {
  readonly #byLength = new Map<number, Form>();

  /** Answers whether the text is a digest of any algorithm. */
  add(digest: string): boolean {
    const length = digest.length % 2 === 0 && digest.length >= 32 && digest.length <= 128 && hex.test(digest) ? digest.length : 0;
    const form = this.#byLength.get(length);
    if (form === undefined) this.#byLength.set(length, { count: 1, example: digest });
    else form.count += 1;
    return length > 0;
  }

  /** Reports digests that are not of this algorithm. Without one that is known nothing is asked of them. */
  report(algorithm: string | null, faults: Faults): void {
    const index = algorithm === null ? -1 : algorithmIndex(algorithm);
    if (algorithm === null || index < 0) return;
    const length = digestBytes(index) * 2;
    for (const [found, { count, example }] of this.#byLength) {
      if (found === length) continue;
      const many = count === 1 ? 'The manifest has a digest' : `The manifest has ${count.toLocaleString('en-US')} digests`;
      if (found === 64 || found === 128) faults.add('E039', () => `${many} of another algorithm than ${algorithm}: ${quoted(example)}.`);
      else faults.add(formCode(algorithm) ?? 'E033', () => `${many} not written in ${String(length)} hexadecimal digits, as ${algorithm} asks: ${quoted(example)}.`);
    }
  }
}
