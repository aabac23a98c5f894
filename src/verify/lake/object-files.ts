import { listFolder } from '../read.ts';
import type { HashFilesResult } from '../workers/hash-files.ts';
import type { LakeCheck } from './context.ts';

const DIGEST_BYTES = 32;
/** Files of one task: enough that handing it over does not count, few enough that no thread is left behind with a long one. */
const BATCH = 48;

/** Where the content of one version lies. */
export interface ContentPlace {
  readonly version: number;
  /** Relative to the lake: the folder that holds `content/`, in the object or in staging. */
  readonly folder: string;
}

export interface Manifest {
  /** Versions up to this one are listed. */
  readonly version: number;
  readonly paths: readonly string[];
  /** 32 bytes for each path. */
  readonly digests: Uint8Array;
}

/** The content files of one object: which are there, and whether each has the digest that the manifest gives it. */
export class ObjectFiles {
  readonly #check: LakeCheck;
  readonly #places: readonly ContentPlace[];
  /** Content path (`v1/content/a.csv`) → place in the manifest. */
  readonly #wanted = new Map<string, number>();
  readonly #manifest: Manifest;
  readonly #met: Uint8Array;
  readonly #running: Promise<void>[] = [];

  constructor(check: LakeCheck, places: readonly ContentPlace[], manifest: Manifest) {
    this.#check = check;
    this.#places = places;
    this.#manifest = manifest;
    this.#met = new Uint8Array(manifest.paths.length);
    for (const [i, path] of manifest.paths.entries()) {
      if (this.#wanted.has(path)) this.twice ??= path;
      this.#wanted.set(path, i);
    }
  }

  /** A content path that the manifest lists under two digests (OCFL E101); null where there is none. */
  twice: string | null = null;

  /** Walks the content folders, and has every listed file hashed. */
  async run(): Promise<void> {
    for (const place of this.#places) await this.#walkVersion(place);
    await Promise.all(this.#running);
    this.#reportMissing();
  }

  async #walkVersion(place: ContentPlace): Promise<void> {
    const batch = new Batch();
    for (const name of walk(this.#check, place.folder, 'content')) {
      const index = this.#wanted.get(`v${String(place.version)}/${name}`);
      if (index === undefined) this.#reportUnlisted(place, name);
      else {
        this.#met[index] = 1;
        batch.add(name, this.#manifest.digests.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES));
        if (batch.isFull()) await this.#send(place, batch);
      }
      await this.#check.meter.breathe();
    }
    await this.#send(place, batch);
  }

  async #send(place: ContentPlace, batch: Batch): Promise<void> {
    const { names, expected } = batch.take();
    if (names.length === 0) return;
    const { pool, root } = this.#check;
    await pool.room();
    this.#check.meter.check();
    const result = pool.run({ kind: 'hashFiles', folder: `${root}/${place.folder}`, names: names.join('\0'), expected });
    const done = result.then((answer) => {
      this.#report(place, names, answer);
    });
    done.catch(() => undefined);
    this.#running.push(done);
  }

  #report(place: ContentPlace, names: readonly string[], { bytes, problems }: HashFilesResult): void {
    this.#check.meter.add(names.length, bytes);
    for (const { index, problem, detail } of problems) {
      const path = `${place.folder}/${names[index] ?? ''}`;
      if (problem === 'altered') this.#check.findings.add('FILE_ALTERED', path, `The bytes of this file are not those that were committed; their SHA-256 is now ${detail}.`);
      else if (problem === 'missing') this.#check.findings.add('FILE_MISSING', path, 'This file of a version vanished while the check ran.');
      else this.#check.findings.add('FILE_UNREADABLE', path, `This file cannot be read: ${detail}.`);
    }
  }

  #reportUnlisted(place: ContentPlace, name: string): void {
    const path = `${place.folder}/${name}`;
    if (place.version <= this.#manifest.version) this.#check.findings.add('FILE_UNLISTED', path, 'This file stands among the content of a version, and no inventory lists it.');
    else this.#check.findings.add('CONTENT_UNCHECKED', path, 'This file could not be checked, because no inventory that lists it is intact.');
  }

  #reportMissing(): void {
    for (let i = this.#met.indexOf(0); i >= 0; i = this.#met.indexOf(0, i + 1)) {
      const path = this.#manifest.paths[i] ?? '';
      const place = this.#places.find(({ version }) => path.startsWith(`v${String(version)}/`));
      // Of a lost version everything is missing; that is said once, of the version.
      if (place !== undefined) this.#check.findings.add('FILE_MISSING', `${place.folder}/${path.slice(path.indexOf('/') + 1)}`, 'This file of a version is missing.');
    }
  }
}

/** Files gathered for one task. */
class Batch {
  #names: string[] = [];
  #expected = Buffer.alloc(BATCH * DIGEST_BYTES);

  add(name: string, digest: Uint8Array): void {
    this.#expected.set(digest, this.#names.length * DIGEST_BYTES);
    this.#names.push(name);
  }

  isFull(): boolean {
    return this.#names.length === BATCH;
  }

  take(): { names: string[]; expected: Uint8Array<ArrayBuffer> } {
    const taken = { names: this.#names, expected: new Uint8Array(this.#expected.subarray(0, this.#names.length * DIGEST_BYTES)) };
    this.#names = [];
    return taken;
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
