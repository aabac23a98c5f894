/**
 * Notices a name that comes twice in one object. Names that come in ascending order, as our own inventories have them, cost one
 * comparison each; a set is only built when one comes out of order. Memory: the names of one object.
 */
export class KeyScope {
  #ascending: string[] = [];
  #seen: Set<string> | null = null;

  /** Answers whether the name is new. */
  add(name: string): boolean {
    const last = this.#ascending.at(-1);
    if (this.#seen === null) {
      if (last === undefined || name > last) {
        this.#ascending.push(name);
        return true;
      }
      this.#seen = new Set(this.#ascending);
      this.#ascending = [];
    }
    if (this.#seen.has(name)) return false;
    this.#seen.add(name);
    return true;
  }

  has(name: string): boolean {
    return this.#seen?.has(name) ?? this.#ascending.includes(name);
  }
}
