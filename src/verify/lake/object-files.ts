import { listFolder } from '../read.ts';
import type { HashFilesResult } from '../workers/hash-files.ts';
import { DigestList, recordsOf } from '../workers/sequence.ts';
import type { LakeCheck } from './context.ts';

/** Files of one task: enough that handing it over does not count, few enough that no thread is left behind with a long one. */
const BATCH = 48;
const zeros = '0'.repeat(64);

/** Where the content of one version lies. */
export interface ContentPlace {
  readonly version: number;
  /** Relative to the lake: the folder that holds `content/`, in the object or in staging. */
  readonly folder: string;
}

const met = { pending: 0, unreadable: 1, listed: 2 } as const;

/**
 * The content files of one object: first all are found and hashed, then compared with the manifest. In this order the threads hash while the
 * inventory is still being read. Memory: name and digest of every file of the object.
 */
export class ObjectFiles {
  readonly #check: LakeCheck;
  readonly #places: readonly ContentPlace[];
  /** Content path (`v1/content/a.csv`) → place in the digests. */
  readonly #found = new Map<string, number>();
  readonly #digests = new DigestList();
  readonly #running: Promise<void>[] = [];
  /** One of `met` for each file. */
  #met = new Uint8Array(1024);

  constructor(check: LakeCheck, places: readonly ContentPlace[]) {
    this.#check = check;
    this.#places = places;
  }

  /** Finds the files and has each hashed. */
  async hash(): Promise<void> {
    for (const place of this.#places) {
      let names: string[] = [];
      for (const name of walk(this.#check, place.folder, 'content')) {
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
  async compare(manifest: Uint8Array, version: number): Promise<string | null> {
    let twice: string | null = null;
    for (const { digest, text: path } of recordsOf(manifest)) {
      const index = this.#found.get(path);
      if (index === undefined) this.#reportMissing(path);
      else if (this.#met[index] === met.listed) twice ??= path;
      else {
        const altered = this.#met[index] === met.pending && Buffer.compare(this.#digests.at(index), digest) !== 0;
        if (altered) this.#reportAltered(path, this.#digests.hexAt(index));
        this.#met[index] = met.listed;
      }
      await this.#check.meter.breathe();
    }
    for (const [path, index] of this.#found) if (this.#met[index] !== met.listed) this.#reportUnlisted(path, version);
    return twice;
  }

  async #send(place: ContentPlace, names: readonly string[]): Promise<void> {
    const { pool, root, meter } = this.#check;
    const first = this.#digests.length;
    for (const name of names) this.#found.set(`v${String(place.version)}/${name}`, this.#digests.push(zeros));
    while (this.#met.length < this.#digests.length) {
      const larger = new Uint8Array(this.#met.length * 2);
      larger.set(this.#met);
      this.#met = larger;
    }
    await pool.room();
    await meter.breathe();
    const done = pool.run({ kind: 'hashFiles', folder: `${root}/${place.folder}`, names: names.join('\0') }).then((answer) => {
      this.#take(place, names, first, answer);
    });
    done.catch(() => undefined);
    this.#running.push(done);
  }

  #take(place: ContentPlace, names: readonly string[], first: number, { bytes, digests, problems }: HashFilesResult): void {
    this.#check.meter.add(names.length, bytes);
    for (let i = 0; i < names.length; i++) this.#digests.set(first + i, digests.subarray(i * 32, (i + 1) * 32));
    for (const { index, problem, detail } of problems) {
      this.#met[first + index] = met.unreadable;
      const path = `${place.folder}/${names[index] ?? ''}`;
      if (problem === 'missing') this.#check.findings.add('FILE_MISSING', path, 'This file of a version vanished while the check ran.');
      else this.#check.findings.add('FILE_UNREADABLE', path, `This file cannot be read: ${detail}.`);
    }
  }

  #reportAltered(path: string, digest: string): void {
    const place = this.#placeOf(path);
    if (place !== null) this.#check.findings.add('FILE_ALTERED', place, `The bytes of this file are not those that were committed; their SHA-256 is now ${digest}.`);
  }

  #reportUnlisted(path: string, version: number): void {
    const place = this.#placeOf(path);
    if (place === null) return;
    if (Number(/^v(\d+)/.exec(path)?.[1]) <= version) {
      this.#check.findings.add('FILE_UNLISTED', place, 'This file stands among the content of a version, and no inventory lists it.');
    } else this.#check.findings.add('CONTENT_UNCHECKED', place, 'This file could not be checked, because no inventory that lists it is intact.');
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
