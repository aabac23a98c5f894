import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { HmsError } from '../contract/index.ts';
import type { StationLock } from './catalog/index.ts';
import { codeOf, durableOn, ifMissing, inWords, placeOf, sha256 } from './lake/index.ts';
import type { Durable } from './lake/index.ts';
import type { ReadableLake } from './open.ts';
import { lockStation } from './station-lock.ts';

/**
 * The place where a package is put: it grows under a hidden name beside it and appears at once. The hidden name tells the station and the place, so that what a crash left
 * is found by the next export to the same place: `.<beginning of the name>.<station>-<place>-<chance>.part`.
 */
export interface ExportPlace {
  /** Absolute. */
  readonly target: string;
  readonly part: string;
  readonly durable: Durable;
  /** What an interrupted export had left here, and was removed now. */
  readonly removed: readonly string[];
  /** Throws TARGET_EXISTS where something stands there that may not be replaced. */
  refuseOccupied(): Promise<void>;
  /** Puts the finished part into its place, and makes that durable. */
  publish(): Promise<void>;
  /** Removes the part, whatever there is of it. */
  giveUp(): Promise<void>;
  /** Lets other programs of this station export to this place again. */
  release(): void;
}

export interface PlaceOptions {
  readonly form: 'zip' | 'dir';
  readonly replace: boolean;
}

/** What a folder may hold to be taken for a package that may be replaced: nothing of anyone else's is ever removed. */
const PACKAGE_NAMES = new Set([
  'bagit.txt', 'bag-info.txt', 'bagit-profile.json', 'Provenance.txt', 'VERIFY.txt', 'names.csv', 'nara-metadata.psv', 'nara-file-list.psv', 'selection.json', 'versions.csv',
  'manifest-sha256.txt', 'tagmanifest-sha256.txt', 'data', 'provenance', 'signatures',
]);
const NEEDED_NAMES = ['bagit.txt', 'Provenance.txt', 'tagmanifest-sha256.txt'];

/** Prepares a place; finds what a crashed export of this station left there and removes it. */
export async function openPlace(lake: ReadableLake, given: string, options: PlaceOptions): Promise<ExportPlace> {
  const target = resolve(given);
  const folder = dirname(target);
  if (folder === target || !(await lstat(folder).then((stats) => stats.isDirectory() || stats.isSymbolicLink(), ifMissing(false)))) {
    throw new HmsError('USAGE', `There is no folder ${folder}.`, { kept: 'Nothing was exported.', next: 'Make the folder, or give another place.' });
  }
  if (isWithin(lake.paths.root, join(await realpath(folder), basename(target)))) {
    throw new HmsError('PLACE_UNSAFE', `${target} is inside the lake, where only records and their proofs stand.`, { kept: 'Nothing was exported, and the lake is as it was.', next: 'Give a place outside the lake.' });
  }
  const mark = hex(sha256(Buffer.from(target)));
  const lock = await lockStation(join(lake.profile, 'locks', `export-${mark.slice(0, 16)}`), 'exclusive', lake.ledger.context.profileDurable, () => inUse(target));
  try {
    const durable = durableOn(lake.durable.disk, await placeOf(folder), lake.clock);
    const prefix = `.${basename(target).slice(0, 60)}.${(lake.station?.id ?? '').slice(0, 8)}-${mark.slice(0, 8)}-`;
    const removed = await inWords(`Removing what an interrupted export left in ${folder}`, 'Nothing was exported.', () => tidy(durable, folder, prefix, target));
    const hidden = join(folder, `${prefix}${hex(lake.clock.random(4))}`);
    const place = new Place({ target, hidden, durable, removed, lock }, options);
    await place.refuseOccupied();
    return place;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whether a real path is a folder or lies in it. */
function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

interface PlaceParts extends Pick<ExportPlace, 'target' | 'durable' | 'removed'> {
  readonly hidden: string;
  readonly lock: StationLock;
}

class Place implements ExportPlace {
  readonly target: string;
  readonly part: string;
  readonly durable: Durable;
  readonly removed: readonly string[];
  readonly #old: string;
  readonly #lock: StationLock;
  readonly #options: PlaceOptions;

  constructor({ target, hidden, durable, removed, lock }: PlaceParts, options: PlaceOptions) {
    this.target = target;
    this.part = `${hidden}.part`;
    this.durable = durable;
    this.removed = removed;
    this.#old = `${hidden}.old`;
    this.#lock = lock;
    this.#options = options;
  }

  release(): void {
    this.#lock.release();
  }

  async refuseOccupied(): Promise<void> {
    const there = await lstat(this.target).catch(ifMissing(null));
    if (there === null) return;
    const { form, replace } = this.#options;
    if (!replace) {
      throw new HmsError('TARGET_EXISTS', `${this.target} exists already.`, { kept: 'It was not changed, and nothing was put there.', next: 'Give another name, or add --replace.' });
    }
    const isReplaceable = form === 'zip' ? there.isFile() || there.isSymbolicLink() : there.isDirectory() && (await isPackageFolder(this.target));
    if (isReplaceable) return;
    throw new HmsError('TARGET_EXISTS', `${this.target} is ${form === 'zip' ? 'not a file' : 'not a package, or holds other things too'}, so it is not replaced.`, {
      kept: 'It was not changed, and nothing was put there.',
      next: 'Give another name.',
    });
  }

  async publish(): Promise<void> {
    await this.refuseOccupied();
    const { disk } = this.durable;
    const folder = dirname(this.target);
    if (this.#options.form === 'zip') {
      await this.durable.moveFile(this.part, this.target);
      await disk.syncFolder(folder);
      return;
    }
    // A folder cannot be renamed onto one that holds something: the old one steps aside first. Where that is all that a crash leaves, the next export puts it back.
    const isThere = await lstat(this.target).then(() => true, ifMissing(false));
    if (isThere) await this.durable.moveFile(this.target, this.#old);
    await this.durable.publishFolder(this.part, this.target);
    if (isThere) await this.durable.removeTree(this.#old);
    await disk.syncFolder(folder);
  }

  async giveUp(): Promise<void> {
    try {
      // Where the new one did not get into its place, the old one goes back.
      if ((await lstat(this.target).catch(ifMissing(null))) === null && (await lstat(this.#old).catch(ifMissing(null))) !== null) await this.durable.moveFile(this.#old, this.target);
      await remove(this.durable, this.part);
    } catch (error) {
      // What is left is found by the next export; the error that led here is the one to tell.
      if (codeOf(error) === '') throw error;
    }
  }
}

/** Whether everything that a folder holds belongs to a package. An empty folder holds nothing that could be lost. */
async function isPackageFolder(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  return names.length === 0 || (names.every((name) => PACKAGE_NAMES.has(name)) && NEEDED_NAMES.every((name) => names.includes(name)));
}

async function tidy(durable: Durable, folder: string, prefix: string, target: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !/\.(?:part|old)$/.test(name)) continue;
    const path = join(folder, name);
    const isOld = name.endsWith('.old');
    if (isOld && (await lstat(target).catch(ifMissing(null))) === null) await durable.moveFile(path, target);
    else {
      await remove(durable, path);
      removed.push(path);
    }
  }
  return removed;
}

async function remove(durable: Durable, path: string): Promise<void> {
  const there = await lstat(path).catch(ifMissing(null));
  if (there?.isDirectory() === true) await durable.removeTree(path);
  else await durable.removeFile(path);
}

function inUse(target: string): HmsError {
  return new HmsError('TARGET_EXISTS', `Another program of this workstation is exporting to ${target} at this moment.`, { kept: 'Nothing was exported.', next: 'Wait until that one has ended, or give another name.' });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
