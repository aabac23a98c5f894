import { readFileSync } from 'node:fs';
import { lstat, readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HmsError, versionName } from '../../contract/index.ts';
import type { DatasetId, DropName, RootName } from '../../contract/index.ts';
import { objectPath, SIDECAR_NAME, sidecarText } from '../../core/index.ts';
import { codeOf } from './durable.ts';
import type { Durable } from './durable.ts';
import type { ClaimedVersion } from './lake-index.ts';
import { ifMissing } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import type { Place } from './place.ts';
import { piecesOf } from './read-file.ts';
import { sha256 } from './sha.ts';

/** The OCFL store: where versions are, and putting a claimed one in place (docs/formats/lake.md sections 9, 11 and 13). */

/** Folder of the OCFL object of a dataset or a raw drop. */
export function objectFolder(paths: LakePaths, root: RootName, dataset: DatasetId | DropName): string {
  return join(paths.storageRoot(root), ...objectPath(sha256, `hms:${dataset}`).split('/'));
}

/**
 * Folder that holds the bytes of a claimed version: its place in the object, or, after an interrupted commit, what was staged for it.
 * Null where neither is there. `place`: where it is known.
 */
export async function versionFolder(paths: LakePaths, version: ClaimedVersion, place: Place | null = null): Promise<string | null> {
  const inPlace = join(objectFolder(paths, version.root, version.dataset), `v${version.version}`);
  if (await holds(inPlace, version, place)) return inPlace;
  const staged = await stagedFolder(paths, version, place);
  if (staged !== null) return staged;
  // Someone may have moved it between the two looks.
  await askAnew(paths, version);
  return (await holds(inPlace, version)) ? inPlace : null;
}

/** What a workstation knows of the names on a share may be seconds old; a listing makes it ask the server. */
async function askAnew(paths: LakePaths, version: ClaimedVersion): Promise<void> {
  const object = objectFolder(paths, version.root, version.dataset);
  for (const folder of [dirname(object), object, join(object, `v${version.version}`)]) await readdir(folder).catch(ifMissing(null));
}

/** How long a share may show an older state of its folders after they were listed. */
const SHOWN_WITHIN_MS = 3_000;

/** Whether a version that was not found in place comes there: another station may be putting it there, or this one's share does not show it yet. */
export async function appears(paths: LakePaths, version: ClaimedVersion, { place, clock }: Durable): Promise<boolean> {
  for (const until = clock.monotonic() + (place.kind === 'share' ? SHOWN_WITHIN_MS : 0); ; await clock.sleep(100)) {
    await askAnew(paths, version);
    if (await isInPlace(paths, version)) return true;
    if (clock.monotonic() >= until) return false;
  }
}

async function stagedFolder(paths: LakePaths, version: ClaimedVersion, place: Place | null = null): Promise<string | null> {
  const transaction = paths.transaction(version.txn);
  const staged = version.version === 1 ? join(transaction, 'object', 'v1') : join(transaction, 'version');
  return (await holds(staged, version, place)) ? staged : null;
}

/** `place`: where it is known; a disk of this computer is read at once. */
async function holds(folder: string, version: ClaimedVersion, place: Place | null = null): Promise<boolean> {
  const file = join(folder, 'inventory.json.sha256');
  const reading = place?.kind === 'journaled' ? new Promise<string>((resolve) => resolve(readFileSync(file, 'utf8'))) : readFile(file, 'utf8');
  const sidecar = await reading.catch(ifMissing(null));
  return sidecar !== null && sidecar.startsWith(version.hash);
}

/** Whether a claimed version stands where it belongs. */
export function isInPlace(paths: LakePaths, version: ClaimedVersion): Promise<boolean> {
  return holds(join(objectFolder(paths, version.root, version.dataset), `v${version.version}`), version);
}

/** Whether something stands where this version would be put. */
export async function isOccupied(paths: LakePaths, root: RootName, dataset: DatasetId | DropName, version: number): Promise<boolean> {
  const object = objectFolder(paths, root, dataset);
  const target = version === 1 ? object : join(object, `v${version}`);
  return lstat(target).then(() => true, ifMissing(false));
}

/**
 * Moves a claimed version into place if it is not there: a function of the entry and the staged folder, so anyone may do it, and several at
 * once. `lost` where its bytes are in neither place. With `later`, its place is durable only when the folders are flushed that are added there.
 */
export async function placeVersion(paths: LakePaths, version: ClaimedVersion, durable: Durable, later: Set<string> | null = null): Promise<'there' | 'placed' | 'lost'> {
  const object = objectFolder(paths, version.root, version.dataset);
  const inPlace = join(object, `v${version.version}`);
  for (let attempt = 1; ; attempt++) {
    if (await holds(inPlace, version, durable.place)) return 'there';
    const staged = await stagedFolder(paths, version, durable.place);
    if (staged === null) return (await appears(paths, version, durable)) ? 'there' : 'lost';
    try {
      const [from, to] = version.version === 1 ? [dirname(staged), object] : [staged, inPlace];
      if (version.version === 1) {
        const named = await durable.nameFolder(dirname(object));
        if (later === null) for (const folder of named) await durable.disk.syncFolder(folder);
        else for (const folder of named) later.add(folder);
      }
      if (later === null) await durable.publishFolder(from, to);
      else {
        await durable.moveFile(from, to);
        later.add(dirname(to));
      }
      return 'placed';
    } catch (error) {
      // Another process may have been quicker (ENOENT, ENOTEMPTY), or a tuple folder vanished: look again, a few times.
      if (await holds(inPlace, version)) continue;
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
      if (await appears(paths, version, durable)) return 'there';
      if (attempt === 3) throw inTheWay(version, version.version === 1 ? object : inPlace);
    }
  }
}

function inTheWay(version: ClaimedVersion, folder: string): HmsError {
  const name = versionName(version.dataset, version.version);
  return new HmsError('DATASET_FOREIGN', `${name} is committed and cannot be put in place: something else stands at ${folder}.`, {
    kept: 'Its bytes are safe in staging, and it can be read.',
    next: 'Find out who put that folder there, move it out of the lake, and run the command again.',
    facts: { dataset: version.dataset, version: version.version, folder },
  });
}

/**
 * Writes the root inventory and its sidecar as copies of the newest version's, for other people's tools. A slow writer may have put an
 * older one there, so the ledger is asked again after each write, until both agree. `first`: what is the newest as far as is known.
 */
export async function writeRootInventory(
  paths: LakePaths,
  newest: () => Promise<ClaimedVersion>,
  durable: Durable,
  scratch: string,
  first: ClaimedVersion | null = null,
): Promise<void> {
  for (let version = first ?? (await newest()); ; ) {
    const object = objectFolder(paths, version.root, version.dataset);
    const source = join(object, `v${version.version}`, 'inventory.json');
    await durable.replaceDerived(join(object, 'inventory.json'), () => piecesOf(source), scratch);
    await durable.replaceDerived(join(object, 'inventory.json.sha256'), () => Buffer.from(`${version.hash} inventory.json\n`), scratch);
    const now = await newest();
    if (now.version === version.version) return;
    version = now;
  }
}

/** Whether the root inventory is the newest version's, judged by its sidecar, which must be whole, and its size; cheap enough to ask for every dataset. */
export async function isRootCurrent(paths: LakePaths, newest: ClaimedVersion): Promise<boolean> {
  const object = objectFolder(paths, newest.root, newest.dataset);
  const sidecar = await readFile(join(object, SIDECAR_NAME), 'utf8').catch(ifMissing(null));
  if (sidecar !== sidecarText(newest.hash)) return false;
  const size = (file: string): Promise<number> => lstat(file).then((stats) => stats.size, ifMissing(-1));
  return (await size(join(object, 'inventory.json'))) === (await size(join(object, `v${newest.version}`, 'inventory.json')));
}

/** Removes empty tuple folders (OCFL E073) that an interrupted commit can leave. Folders with anything in them stay. */
export async function removeEmptyTuples(paths: LakePaths, root: RootName, durable: Durable): Promise<number> {
  let removed = 0;
  const top = paths.storageRoot(root);
  for (const first of await folderNames(top)) {
    if (first === 'extensions') continue;
    for (const second of await folderNames(join(top, first))) {
      const folder = join(top, first, second);
      if ((await readdir(folder)).length === 0 && (await durable.removeEmptyFolder(folder))) removed++;
    }
    const folder = join(top, first);
    if ((await readdir(folder)).length === 0 && (await durable.removeEmptyFolder(folder))) removed++;
  }
  return removed;
}

async function folderNames(folder: string): Promise<string[]> {
  const items = await readdir(folder, { withFileTypes: true });
  return items.filter((item) => item.isDirectory()).map((item) => item.name);
}
