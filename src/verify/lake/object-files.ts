import { isContentPath } from '../../core/index.ts';
import { listFolder, sizeOfFile } from '../read.ts';
import type { HashFilesResult } from '../workers/hash-files.ts';
import { DigestList, Marks, PathTable, recordsOf } from '../workers/compact.ts';
import type { LargeFile } from '../workers/read-body.ts';
import type { LakeCheck } from './context.ts';

/** Files of one task: enough that handing it over does not count, few enough that no thread is left behind with a long one. */
const BATCH = 48;

/** Where the content of one version lies. */
export interface ContentPlace {
  readonly version: number;
  /** Relative to the lake: the folder that holds `content/`, in the object or in staging. */
  readonly folder: string;
  readonly large: readonly LargeFile[];
}

interface SentBatch {
  readonly place: ContentPlace;
  /** Relative to the place, separated by NUL. */
  readonly names: string;
  /** Number of the first file. */
  readonly first: number;
}

const met = { pending: 0, unreadable: 1, listed: 2 } as const;

/**
 * The content files of one object: first all are found and hashed, then compared with the manifest. In this order the threads hash while the
 * inventory is still being read. Memory: some 120 bytes for every file of the object.
 */
export class ObjectFiles {
  readonly #check: LakeCheck;
  readonly #places: readonly ContentPlace[];
  /** Content paths (`v1/content/a.csv`); a file's number is its place in the digests and marks, too. */
  readonly #found = new PathTable();
  readonly #digests = new DigestList();
  /** One of `met` for each file. */
  readonly #met = new Marks();
  readonly #batches: SentBatch[] = [];
  readonly #running: Promise<void>[] = [];

  constructor(check: LakeCheck, places: readonly ContentPlace[]) {
    this.#check = check;
    this.#places = places;
  }

  /** Finds the files and has each hashed. */
  async hash(): Promise<void> {
    const begun = this.#beginLarge();
    for (const place of this.#places) {
      let names: string[] = [];
      for (const name of walk(this.#check, place.folder, 'content')) {
        const already = begun.get(`${place.folder}/${name}`);
        if (already !== undefined) {
          this.#follow(this.#number(place, [name]), already);
          continue;
        }
        names.push(name);
        if (names.length < BATCH) continue;
        await this.#send(place, names);
        names = [];
      }
      if (names.length > 0) await this.#send(place, names);
    }
    await Promise.all(this.#running);
  }

  /**
   * Compares what was hashed with the manifest of v`version`, which lists all content of the versions up to it. Answers a path that it lists
   * twice (OCFL E101), or null.
   */
  async compare(manifest: readonly Uint8Array[], version: number): Promise<string | null> {
    let twice: string | null = null;
    for (const { digest, text: path } of recordsOf(manifest)) {
      const index = this.#found.find(path);
      if (index === null) this.#reportMissing(path);
      else if (this.#met.get(index) === met.listed) twice ??= path;
      else {
        const altered = this.#met.get(index) === met.pending && this.#digests.at(index).compare(digest) !== 0;
        if (altered) this.#reportAltered(path, this.#digests.hexAt(index));
        this.#met.set(index, met.listed);
      }
      await this.#check.meter.breathe();
    }
    for (const { place, names, first } of this.#batches) {
      for (const [i, name] of names.split('\0').entries()) if (this.#met.get(first + i) !== met.listed) this.#reportUnlisted(place, name, version);
    }
    return twice;
  }

  /**
   * Has large files hashed before they are found, by the name that a logical path has where nothing stands against it. Only what is found then counts, so
   * a file under another name costs nothing but its place in the order.
   */
  #beginLarge(): Map<string, Promise<HashFilesResult>> {
    const begun = new Map<string, Promise<HashFilesResult>>();
    const { pool, root } = this.#check;
    for (const { folder, large } of this.#places) {
      for (const { path } of [...large].sort((a, b) => b.size - a.size)) {
        const name = `content/${path}`;
        // A path from a body names a place below `content/` only where it is a content path too.
        if (!isContentPath(`v1/${name}`) || sizeOfFile(`${root}/${folder}/${name}`) === null) continue;
        begun.set(`${folder}/${name}`, pool.run({ kind: 'hashFiles', folder: `${root}/${folder}`, names: name }, 'long'));
      }
    }
    return begun;
  }

  async #send(place: ContentPlace, names: readonly string[]): Promise<void> {
    const { pool, root, meter } = this.#check;
    const batch = this.#number(place, names);
    await pool.room();
    await meter.breathe();
    this.#follow(batch, pool.run({ kind: 'hashFiles', folder: `${root}/${place.folder}`, names: batch.names }));
  }

  /** Gives files their numbers. */
  #number(place: ContentPlace, names: readonly string[]): SentBatch {
    const batch: SentBatch = { place, names: names.join('\0'), first: this.#found.length };
    this.#batches.push(batch);
    for (const name of names) {
      this.#found.add(`v${String(place.version)}/${name}`);
      this.#digests.push();
    }
    return batch;
  }

  #follow(batch: SentBatch, hashing: Promise<HashFilesResult>): void {
    const done = hashing.then((answer) => {
      this.#take(batch, answer);
    });
    done.catch(() => undefined);
    this.#running.push(done);
  }

  #take({ place, names, first }: SentBatch, { bytes, digests, problems }: HashFilesResult): void {
    const count = digests.length / 32;
    this.#check.meter.add(count, bytes);
    for (let i = 0; i < count; i++) this.#digests.set(first + i, digests.subarray(i * 32, (i + 1) * 32));
    for (const { index, problem, detail } of problems) {
      this.#met.set(first + index, met.unreadable);
      const path = `${place.folder}/${names.split('\0')[index] ?? ''}`;
      if (problem === 'missing') this.#check.findings.add('FILE_MISSING', path, 'This file of a version vanished while the check ran.');
      else this.#check.findings.add('FILE_UNREADABLE', path, `This file cannot be read: ${detail}.`);
    }
  }

  #reportAltered(path: string, digest: string): void {
    const place = this.#placeOf(path);
    if (place !== null) this.#check.findings.add('FILE_ALTERED', place, `The bytes of this file are not those that were committed; their SHA-256 is now ${digest}.`);
  }

  #reportUnlisted({ folder, version }: ContentPlace, name: string, newest: number): void {
    if (version <= newest) this.#check.findings.add('FILE_UNLISTED', `${folder}/${name}`, 'This file stands among the content of a version, and no inventory lists it.');
    else this.#check.findings.add('CONTENT_UNCHECKED', `${folder}/${name}`, 'This file could not be checked, because no inventory that lists it is intact.');
  }

  #reportMissing(path: string): void {
    const place = this.#placeOf(path);
    if (place !== null) this.#check.findings.add('FILE_MISSING', place, 'This file of a version is missing.');
  }

  /** Where a content path is, relative to the lake; null in a version that is lost, of which everything is missing: that is said once, of the version. */
  #placeOf(path: string): string | null {
    const place = this.#places.find(({ version }) => path.startsWith(`v${String(version)}/`));
    return place === undefined ? null : `${place.folder}/${path.slice(path.indexOf('/') + 1)}`;
  }
}

/** Paths of all files below `start`, relative to `folder`; what is neither file nor folder is reported. */
function* walk(check: LakeCheck, folder: string, start: string): Generator<string> {
  const names = listFolder(`${check.root}/${folder}/${start}`);
  if (names === null) return;
  if ('why' in names) {
    check.findings.add('FILE_UNREADABLE', `${folder}/${start}`, `This folder cannot be read: ${names.detail}.`);
    return;
  }
  if (names.length === 0) check.findings.add('EMPTY_FOLDER', `${folder}/${start}`, 'This folder among the content of a version is empty.');
  for (const entry of names) {
    const path = `${start}/${entry.name}`;
    if (entry.isFile()) yield path;
    else if (entry.isDirectory()) yield* walk(check, folder, path);
    else check.findings.add('FILE_UNEXPECTED', `${folder}/${path}`, 'This is neither a file nor a folder; nothing was read through it.');
  }
}
