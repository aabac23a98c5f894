import { PrintTable } from './print-table.ts';
import type { Printer } from './printer.ts';

const FILE = 1;
const FOLDER = 2;

/** The paths of one list, to notice two that cannot both be files: twice the same, or one that is a folder of another. */
export class PathSet {
  readonly #table = new PrintTable();
  readonly #printer: Printer;
  #kinds = new Uint8Array(1024);
  #lastFolder = '';

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  /** Adds a path without empty parts. Leaves its print in the printer's fields. Answers what is wrong with it beside the others; null when nothing is. */
  add(path: string): 'twice' | 'conflict' | null {
    const slash = path.lastIndexOf('/');
    let clash = slash > 0 && this.#addFolders(path, slash);
    this.#printer.text(path);
    const index = this.#table.add(this.#printer.a, this.#printer.b);
    if (index >= 0) {
      this.#setKind(index, FILE);
      return clash ? 'conflict' : null;
    }
    const kind = this.#kinds[-1 - index] ?? 0;
    if ((kind & FOLDER) !== 0) clash = true;
    this.#setKind(-1 - index, kind | FILE);
    if ((kind & FILE) !== 0) return 'twice';
    return clash ? 'conflict' : null;
  }

  /** Whether a path was added, given its print. */
  hasFile(a: number, b: number): boolean {
    const index = this.#table.find(a, b);
    return index >= 0 && ((this.#kinds[index] ?? 0) & FILE) !== 0;
  }

  clear(): void {
    this.#table.clear();
    this.#lastFolder = '';
  }

  /** Adds the folders above a path, from the nearest upwards until one is known. Answers whether one of them is a file. */
  #addFolders(path: string, slash: number): boolean {
    if (this.#lastFolder.length === slash && path.startsWith(this.#lastFolder)) return false;
    this.#lastFolder = path.slice(0, slash);
    let clash = false;
    for (let end = slash; end > 0; end = path.lastIndexOf('/', end - 1)) {
      this.#printer.text(path, end);
      const index = this.#table.add(this.#printer.a, this.#printer.b);
      if (index >= 0) {
        this.#setKind(index, FOLDER);
        continue;
      }
      const kind = this.#kinds[-1 - index] ?? 0;
      if ((kind & FILE) !== 0) clash = true;
      if ((kind & FOLDER) !== 0) break;
      this.#setKind(-1 - index, kind | FOLDER);
    }
    return clash;
  }

  #setKind(index: number, kind: number): void {
    if (index >= this.#kinds.length) {
      const larger = new Uint8Array(Math.max(index + 1, this.#kinds.length * 2));
      larger.set(this.#kinds);
      this.#kinds = larger;
    }
    this.#kinds[index] = kind;
  }
}
