import { listFolder } from '../read.ts';
import type { ContentList } from './content-list.ts';
import type { ObjectCheck } from './context.ts';
import { algorithmName, digestOffset, digestsLength, digestText } from './digests.ts';
import { quoted } from './inventory/faults.ts';
import type { Printer } from './inventory/printer.ts';

/** Files that one task hashes: enough that handing over costs little, few enough that all threads have some. */
const PER_TASK = 64;

/** A version folder whose content is to be compared. */
export interface ContentFolder {
  readonly name: string;
  readonly number: number;
  /** Name of its content folder. */
  readonly content: string;
  /** The content folder is there. */
  readonly exists: boolean;
}

interface Batched {
  readonly path: string;
  readonly mask: number;
  /** The lists that have the file, and its number there. */
  readonly listed: readonly { readonly list: ContentList; readonly index: number }[];
}

/** Compares the files in content folders with what inventories list of them, reading each file once (sections 3.3.1, 3.5.2 and 3.5.4). */
export class ContentCheck {
  readonly #object: ObjectCheck;
  readonly #printer: Printer;
  readonly #lists: readonly ContentList[];
  readonly #first: boolean;
  readonly #open = new Set<Promise<void>>();
  /** Folders that could not be listed: what is in them is not missing. */
  readonly #closed: string[] = [];
  #batch: Batched[] = [];

  /** @param first the folders were not walked before: what is wrong with them whatever an inventory says is reported too */
  constructor(object: ObjectCheck, printer: Printer, lists: readonly ContentList[], first: boolean) {
    this.#object = object;
    this.#first = first;
    this.#printer = printer;
    this.#lists = lists;
  }

  async run(folders: readonly ContentFolder[]): Promise<void> {
    for (const folder of folders) await this.#folder(folder);
    await this.#flush();
    await Promise.all(this.#open);
    this.#reportMissing(folders);
  }

  async #folder({ name, content, number, exists }: ContentFolder): Promise<void> {
    if (!exists) return;
    const start = `${name}/${content}`;
    let files = 0;
    for (const path of this.#walk(start, start)) {
      files += 1;
      await this.#file(path, number);
    }
    if (this.#first && files === 0 && !this.#closed.includes(start)) this.#object.add('W003', start, `Version ${name} has a content folder, and no file in it.`);
  }

  /** Paths of all files below a folder, relative to the object. */
  *#walk(start: string, path: string): Generator<string> {
    const entries = listFolder(`${this.#object.folder}/${path}`);
    if (entries === null || 'why' in entries) {
      this.#closed.push(path);
      if (this.#first) this.#object.add('FILE_UNREADABLE', path, `This folder cannot be listed: ${entries === null ? 'it is gone' : entries.detail}.`);
      return;
    }
    if (this.#first && entries.length === 0 && path !== start) this.#object.add('E024', path, 'This folder among the content is empty.');
    for (const entry of entries) {
      const child = `${path}/${entry.name}`;
      if (entry.isFile()) yield child;
      else if (entry.isDirectory()) yield* this.#walk(start, child);
      else this.#strange(child, entry.isSymbolicLink());
    }
  }

  /** Something that is neither file nor folder is told once; that its name is listed is not told as well. */
  #strange(path: string, isLink: boolean): void {
    if (this.#first && isLink) this.#object.add('E090', path, 'This is a link to somewhere else. It was not followed, so its content was not checked.');
    else if (this.#first) this.#object.add('E089', path, 'This is neither a file nor a folder. Nothing was read from it.');
    this.#printer.text(path);
    const { a, b } = this.#printer;
    for (const list of this.#lists) {
      const index = list.find(a, b);
      if (index >= 0) list.see(index);
    }
  }

  async #file(path: string, version: number): Promise<void> {
    this.#printer.text(path);
    const { a, b } = this.#printer;
    const listed: { list: ContentList; index: number }[] = [];
    let mask = 0;
    for (const list of this.#lists) {
      if (version > list.newest) continue;
      const index = list.find(a, b);
      if (index < 0) {
        this.#object.add('E023', path, `This file stands among the content, and the manifest in "${list.inventory}" does not list it.`);
        continue;
      }
      list.see(index);
      listed.push({ list, index });
      mask |= list.maskOf(index);
    }
    if (mask === 0) return;
    this.#batch.push({ path, mask, listed });
    if (this.#batch.length >= PER_TASK) await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    await this.#object.pool.room();
    await this.#object.meter.breathe();
    const done = this.#hash(batch).finally(() => this.#open.delete(done));
    done.catch(() => undefined);
    this.#open.add(done);
  }

  async #hash(batch: readonly Batched[]): Promise<void> {
    const { pool, folder, meter } = this.#object;
    const masks = Uint16Array.from(batch, ({ mask }) => mask);
    const result = await pool.run({ kind: 'digestFiles', folder, names: batch.map(({ path }) => path).join('\0'), masks });
    meter.add(batch.length, result.bytes);
    this.#object.files += batch.length - result.problems.length;
    this.#object.bytes += result.total;
    if (this.#first) for (const { index, file } of result.linked) this.#object.linked(file, batch[index]?.path ?? '');
    const problems = new Map(result.problems.map((problem) => [problem.index, problem]));
    let at = 0;
    for (const [index, entry] of batch.entries()) {
      const digests = result.digests.subarray(at, at + digestsLength(entry.mask));
      at += digests.length;
      const problem = problems.get(index);
      if (problem === undefined) this.#compare(entry, digests);
      else this.#object.add('FILE_UNREADABLE', entry.path, `This file cannot be read, so it was not checked: ${problem.detail}.`);
    }
  }

  #compare({ path, mask, listed }: Batched, digests: Uint8Array): void {
    for (const { list, index } of listed) {
      const expected = list.digestOf(index);
      if (expected !== null && !holds(digests, mask, list.algorithm, expected)) {
        const actual = digestText(list.algorithm, digests.subarray(digestOffset(mask, list.algorithm)).subarray(0, expected.length));
        this.#object.add('E092', path, `The bytes of this file are not those that the manifest in "${list.inventory}" was made for: its ${list.algorithmName} is ${actual}, and ${digestText(list.algorithm, expected)} is listed.`);
      }
      for (const { algorithm, digest } of list.fixityOf(index)) {
        if (holds(digests, mask, algorithm, digest)) continue;
        const actual = digestText(algorithm, digests.subarray(digestOffset(mask, algorithm)).subarray(0, digest.length));
        this.#object.add('E093', path, `The additional ${algorithmName(algorithm)} digest in "${list.inventory}" does not belong to this file: it is ${digestText(algorithm, digest)}, and the file has ${actual}.`);
      }
    }
  }

  #reportMissing(folders: readonly ContentFolder[]): void {
    const checked = new Map(folders.map(({ name, content, exists }) => [`${name}/${content}/`, exists]));
    const without = new Set<string>();
    for (const list of this.#lists) {
      for (const { path, hasFixity } of list.missing()) {
        const start = path.slice(0, path.indexOf('/', path.indexOf('/') + 1) + 1);
        const exists = checked.get(start);
        if (exists === undefined || this.#closed.some((folder) => path.startsWith(`${folder}/`))) continue;
        const version = start.slice(0, start.indexOf('/'));
        if (!exists && !without.has(version)) {
          without.add(version);
          this.#object.add('E016', version, `The manifest lists files of version ${version}, and its content folder ${quoted(start.slice(version.length + 1, -1))} is missing.`);
        }
        this.#object.add('E092', path, `The manifest in "${list.inventory}" lists this file, and it is missing.`);
        this.#object.add('E023', path, `The files in the content folder and those in the manifest must be the same; this one is only in the manifest in "${list.inventory}".`);
        if (hasFixity) this.#object.add('E093', path, `"${list.inventory}" has additional digests of this file, and it is missing.`);
      }
    }
  }
}

function holds(digests: Uint8Array, mask: number, algorithm: number, expected: Buffer): boolean {
  const at = digestOffset(mask, algorithm);
  return expected.compare(digests, at, at + expected.length) === 0;
}
