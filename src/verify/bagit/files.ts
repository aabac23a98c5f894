import { TextIndex } from './text-index.ts';

/** In the place of a size: the file is not there. */
const ABSENT = -1;

/**
 * The files of a bag, each with a number. Hundreds of thousands of them must fit: what is known of each is kept beside, in arrays by that number.
 */
export class FileTable {
  readonly #paths: string[] = [];
  readonly #sizes: number[] = [];
  readonly #index = new TextIndex();
  readonly #folders = new Set<string>();
  /** Files that are there have the first numbers. */
  #there = 0;
  #alike: { readonly index: TextIndex; readonly length: number } | null = null;

  get length(): number {
    return this.#paths.length;
  }

  /** False where the path is there already. @param path from the bag's folder, `/` between parts */
  add(path: string, size: number): boolean {
    if (this.find(path) !== null) return false;
    this.#push(path, size);
    this.#there = this.#paths.length;
    for (let end = path.lastIndexOf('/'); end > 0 && !this.#folders.has(path.slice(0, end)); end = path.lastIndexOf('/', end - 1)) this.#folders.add(path.slice(0, end));
    return true;
  }

  /** The number of a path that something lists and that is not there. */
  addAbsent(path: string): number {
    const known = this.find(path);
    if (known !== null) return known;
    this.#push(path, ABSENT);
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
    return this.#index.first(path, (index) => this.#paths[index] === path);
  }

  /** Groups of files that a system which ignores case and normalizes would take for one. */
  *alike(): Generator<readonly number[]> {
    this.#alike ??= this.#fold();
    for (let file = 0; file < this.#alike.length; file++) {
      const prints = [...this.#alike.index.same(file)];
      const group = prints.length < 2 ? prints : this.findAlike(this.path(file));
      if (group.length > 1 && Math.min(...group) === file) yield group;
    }
  }

  /** Files whose names look the same as this path to a system that ignores case and normalizes. */
  findAlike(path: string): readonly number[] {
    this.#alike ??= this.#fold();
    const key = folded(path);
    const found: number[] = [];
    for (const file of this.#alike.index.find(key)) if (folded(this.path(file)) === key) found.push(file);
    return found;
  }

  /** Gives up the memory of what names look like; it is made anew where it is asked for. */
  forgetAlike(): void {
    this.#alike = null;
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

  #push(path: string, size: number): void {
    this.#index.add(path);
    this.#paths.push(path);
    this.#sizes.push(size);
  }

  #fold(): { readonly index: TextIndex; readonly length: number } {
    const index = new TextIndex();
    // Files that are not there look like nothing; they stand behind the others.
    const length = this.#there;
    for (let file = 0; file < length; file++) index.add(folded(this.path(file)));
    return { index, length };
  }
}

/** Upper case first: letters such as ß have a partner only there. Most paths are their own fold, and then no second text is made. */
function folded(path: string): string {
  return /^[\u0020-\u0040\u005b-\u007e]*$/.test(path) ? path : path.normalize('NFC').toUpperCase().toLowerCase();
}
