/** In the place of a size: the file is not there. */
const ABSENT = -1;

/**
 * The files of a bag, each with a number. Hundreds of thousands of them must fit: what is known of each is kept beside, in arrays by that number.
 */
export class FileTable {
  readonly #paths: string[] = [];
  readonly #sizes: number[] = [];
  readonly #places = new Map<string, number>();
  readonly #folders = new Set<string>();
  #alike: ReadonlyMap<string, number | number[]> | null = null;

  get length(): number {
    return this.#paths.length;
  }

  /** False where the path is there already. @param path from the bag's folder, `/` between parts */
  add(path: string, size: number): boolean {
    if (this.#places.has(path)) return false;
    this.#places.set(path, this.#paths.length);
    this.#paths.push(path);
    this.#sizes.push(size);
    for (let end = path.lastIndexOf('/'); end > 0 && !this.#folders.has(path.slice(0, end)); end = path.lastIndexOf('/', end - 1)) this.#folders.add(path.slice(0, end));
    return true;
  }

  /** The number of a path that something lists and that is not there. */
  addAbsent(path: string): number {
    const known = this.#places.get(path);
    if (known !== undefined) return known;
    // Taken before it grows: files that are not there look like nothing.
    this.#alike ??= this.#fold();
    this.#places.set(path, this.#paths.length);
    this.#paths.push(path);
    this.#sizes.push(ABSENT);
    return this.#paths.length - 1;
  }

  isThere(index: number): boolean {
    return this.#sizes[index] !== undefined && this.#sizes[index] !== ABSENT;
  }

  addFolder(path: string): void {
    this.#folders.add(path);
  }

  hasFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  find(path: string): number | null {
    return this.#places.get(path) ?? null;
  }

  /** Groups of files that a system which ignores case and normalizes would take for one. */
  *alike(): Generator<readonly number[]> {
    this.#alike ??= this.#fold();
    for (const group of this.#alike.values()) if (typeof group !== 'number') yield group;
  }

  /** Files whose names look the same as this path to a system that ignores case and normalizes. */
  findAlike(path: string): readonly number[] {
    this.#alike ??= this.#fold();
    const found = this.#alike.get(folded(path)) ?? [];
    return typeof found === 'number' ? [found] : found;
  }

  path(index: number): string {
    return this.#paths[index] ?? '';
  }

  /** In bytes; 0 for one that is not there. */
  size(index: number): number {
    return Math.max(0, this.#sizes[index] ?? 0);
  }

  entries(): IterableIterator<[number, string]> {
    return this.#paths.entries();
  }

  isPayload(index: number): boolean {
    return this.path(index).startsWith('data/');
  }

  #fold(): ReadonlyMap<string, number | number[]> {
    const alike = new Map<string, number | number[]>();
    for (const [index, path] of this.#paths.entries()) {
      const key = folded(path);
      const same = alike.get(key);
      if (same === undefined) alike.set(key, index);
      else if (typeof same === 'number') alike.set(key, [same, index]);
      else same.push(index);
    }
    return alike;
  }
}

/** Upper case first: letters such as ß have a partner only there. Most paths are their own fold, and then no second text is kept. */
function folded(path: string): string {
  return /^[\u0020-\u0040\u005b-\u007e]*$/.test(path) ? path : path.normalize('NFC').toUpperCase().toLowerCase();
}
