import { DigestList } from './digest-list.ts';
import { isSha256 } from './grammar.ts';

/**
 * Notices a name that comes twice in one object. Names that come in ascending order, as our own inventories have them, cost one
 * comparison each; a set is only built when one comes out of order. Memory: the names of one object, those that are digests in 32 bytes each.
 */
export class KeyScope {
  #last: string | null = null;
  #digests: DigestList | null = null;
  readonly #others: string[] = [];
  #seen: Set<string> | null = null;

  /** Answers whether the name is new. */
  add(name: string): boolean {
    if (this.#seen === null) {
      if (this.#last === null || name > this.#last) {
        this.#last = name;
        if (isSha256(name)) (this.#digests ??= new DigestList()).add(name);
        else this.#others.push(name);
        return true;
      }
      this.#seen = new Set(this.#others);
      for (const digest of this.#digests ?? []) this.#seen.add(digest);
      this.#digests = null;
      this.#others.length = 0;
    }
    if (this.#seen.has(name)) return false;
    this.#seen.add(name);
    return true;
  }

  has(name: string): boolean {
    return this.#seen?.has(name) ?? (this.#others.includes(name) || (isSha256(name) && this.#digests?.has(name) === true));
  }
}
