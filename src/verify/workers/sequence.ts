import { createHash } from 'node:crypto';

/** Hash of a sequence of files as an inventory lists them, so that two long lists can be compared without keeping either. */
export class SequenceHash {
  readonly #sum = createHash('sha256');
  #held = '';
  #count = 0;

  /** Neither text may hold NUL. */
  add(digest: string, path: string): void {
    this.#held += `${digest}\0${path}\0`;
    this.#count += 1;
    if (this.#held.length > 32_768) this.#flush();
  }

  get count(): number {
    return this.#count;
  }

  digest(): string {
    this.#flush();
    return this.#sum.digest('hex');
  }

  #flush(): void {
    this.#sum.update(this.#held, 'utf8');
    this.#held = '';
  }
}
