import type { OcflCode, Spec } from './codes.ts';
import type { OcflCheck, OcflChecked, ObjectCheck } from './context.ts';
import type { FolderNames } from './folder.ts';
import { namesOf } from './folder.ts';
import { Printer } from './inventory/printer.ts';
import { PrintTable } from './inventory/print-table.ts';
import type { Layout } from './layout.ts';
import { checkObject } from './object.ts';
import { INVENTORY } from './sidecar.ts';

/** Objects that are checked side by side, so that small ones do not wait for one another. */
const SIDE_BY_SIDE = 6;
/** Strange files of one folder that are named one by one. */
const MOST_NAMED = 20;
/** Deeper folders are not entered: no layout makes them, and a loop in a file system would. */
const DEEPEST = 100;

type Add = (code: OcflCode, path: string, message: string) => void;

/** The folders of a storage root on the way to its objects (section 4.3), and the objects. */
export class Hierarchy {
  readonly #check: OcflCheck;
  readonly #add: Add;
  readonly #spec: Spec | null;
  readonly #layout: Layout | null;
  readonly #open = new Set<Promise<void>>();
  /** Ids of objects. Two different ids of the same print are not to be expected: people do not choose ids to have one. */
  readonly #ids = new PrintTable();
  readonly #printer = new Printer([0x6f63666c, 0x69647321]);
  /** The place of each id that was met. */
  readonly #places: string[] = [];
  /** Further places of an id, by its number. */
  readonly #alike = new Map<number, readonly string[]>();
  #files = 0;
  #bytes = 0;
  #objects = 0;
  #versions = 0;
  /** Objects at the top, deeper ones, and those that are or are not where the layout has them. */
  #atTop = 0;
  #placed = 0;
  #misplaced = 0;

  constructor(check: OcflCheck, add: Add, spec: Spec | null, layout: Layout | null) {
    this.#check = check;
    this.#add = add;
    this.#spec = spec;
    this.#layout = layout;
  }

  get checked(): OcflChecked {
    return { files: this.#files, bytes: this.#bytes, objects: this.#objects, versions: this.#versions };
  }

  async run(folders: readonly string[]): Promise<void> {
    for (const name of folders) await this.#enter(name, 1);
    await Promise.all(this.#open);
    for (const [index, others] of this.#alike) {
      // Objects are done in any order; the finding is always at the places that come later in the alphabet.
      const [first, ...rest] = [this.#places[index] ?? '', ...others].toSorted();
      for (const path of rest) this.#add('E037', path, `The object at "${first ?? ''}" has the same id.`);
    }
    if (this.#atTop > 0 && this.#atTop < this.#objects) {
      this.#add('W015', '', `${this.#atTop.toLocaleString('en-US')} of ${this.#objects.toLocaleString('en-US')} objects stand at the top of the storage root, and the others deeper.`);
    }
    if (this.#placed > 0 && this.#misplaced > 0) {
      this.#add('W014', '', `${this.#misplaced.toLocaleString('en-US')} of ${this.#objects.toLocaleString('en-US')} objects are laid out otherwise than ocfl_layout.json says.`);
    }
  }

  /** A folder that is an object, or on the way to some. */
  async #enter(path: string, depth: number): Promise<void> {
    await this.#check.meter.breathe();
    const names = namesOf(`${this.#check.root}/${path}`);
    if (typeof names === 'string') {
      this.#add('FILE_UNREADABLE', path, `This folder cannot be listed: ${names}.`);
      return;
    }
    if (names.files.some((name) => /^0=ocfl_\d/.test(name))) {
      this.#add('E088', path, 'This is a storage root of its own, and it stands inside another one. It was not checked.');
      return;
    }
    if (isObject(names)) {
      await this.#object(path, depth);
      return;
    }
    for (const name of names.links) this.#add('E090', `${path}/${name}`, 'This is a link to somewhere else. It was not followed.');
    this.#reportFiles(path, names);
    if (names.files.includes(INVENTORY)) {
      // Without a declaration it is no object; what is left of one is checked all the same.
      await this.#object(path, depth);
      return;
    }
    if (Object.values(names).every((list: readonly string[]) => list.length === 0)) this.#add('E073', path, 'This folder is empty.');
    if (depth >= DEEPEST) {
      if (names.folders.length > 0) this.#add('E085', path, `There is no object within ${String(DEEPEST)} folders. What is deeper was not looked at.`);
      return;
    }
    for (const name of names.folders) await this.#enter(`${path}/${name}`, depth + 1);
  }

  #reportFiles(path: string, { files, others, folders }: FolderNames): void {
    const strange = [...files, ...others];
    for (const name of strange.slice(0, MOST_NAMED)) this.#add('E072', `${path}/${name}`, 'This file is part of no object.');
    if (strange.length > MOST_NAMED) this.#add('E072', path, `${(strange.length - MOST_NAMED).toLocaleString('en-US')} more files in this folder are part of no object.`);
    if (strange.length === 0) return;
    if (folders.length > 0) this.#add('E084', path, 'This folder is only on the way to objects, and files stand in it.');
    else this.#add('E085', path, 'The folders end here, and this folder is not an object.');
  }

  async #object(path: string, depth: number): Promise<void> {
    while (this.#open.size >= SIDE_BY_SIDE) await Promise.race(this.#open);
    const work = checkObject(this.#check, `${this.#check.root}/${path}`, `${path}/`, true).then((object) => {
      this.#count(path, depth, object);
    });
    const done = work.finally(() => this.#open.delete(done));
    done.catch(() => undefined);
    this.#open.add(done);
  }

  #count(path: string, depth: number, object: ObjectCheck): void {
    this.#objects += 1;
    this.#files += object.files;
    this.#bytes += object.bytes;
    this.#versions += object.versions;
    if (depth === 1) this.#atTop += 1;
    if (this.#spec !== null && object.declared !== null && object.declared > this.#spec) this.#add('E081', path, `This object is of OCFL ${object.declared}, and the storage root of OCFL ${this.#spec}.`);
    const { id } = object;
    if (id === null || id === '') return;
    this.#printer.text(id);
    const index = this.#ids.add(this.#printer.a, this.#printer.b);
    if (index >= 0) this.#places.push(path);
    else this.#alike.set(-1 - index, [...(this.#alike.get(-1 - index) ?? []), path]);
    if (this.#layout === null) return;
    const place = this.#layout(id);
    if (place === path) {
      this.#placed += 1;
      return;
    }
    this.#misplaced += 1;
    this.#add('E083', path, place === null ? `The layout of the storage root has no place for the id "${id.slice(0, 200)}".` : `The layout of the storage root gives the id "${id.slice(0, 200)}" the place "${place.slice(0, 300)}".`);
  }
}

/** Any file that begins like a declaration makes a folder an object: what is wrong with it is for the check of the object to say. */
function isObject(names: FolderNames): boolean {
  return names.files.some((name) => name.startsWith('0=') || /^[^=]{1,2}=ocfl_object_/.test(name));
}
