import { join } from 'node:path';
import { HmsError, parseVersionRef, versionName } from '../contract/index.ts';
import type { Instant, LogicalPath, Sha256 } from '../contract/index.ts';
import type { FileRow, Resolved, VersionDetail } from './catalog/index.ts';
import { contentLocator } from './catalog-index.ts';
import { bytesOf, inWords, lost, readHeadState, versionFolder } from './lake/index.ts';
import type { ByteRange } from './lake/index.ts';
import type { ReadableLake } from './open.ts';

/** Finding versions and reading the bytes of their files. */

export type { ByteRange } from './lake/index.ts';

/** The version that a person means by `ID`, `ID:vN`, `ID:tag` or `ID@INSTANT`; throws what there is instead. */
export function versionOf(lake: ReadableLake, text: string): VersionDetail {
  const ref = parseVersionRef(text);
  if (ref === null) {
    throw new HmsError('USAGE', `"${text}" does not name a version.`, { next: 'Write ID, ID:v2, ID:tag, or ID@2024-07-30T23:59:59Z.' });
  }
  return foundVersion(ref.id, lake.catalog.resolve(ref));
}

/** The version that was found, else throws what there is instead. `then`: the past instant that was asked for. */
export function foundVersion(id: string, found: Resolved, then: Instant | null = null): VersionDetail {
  const ago = then === null ? '' : ` at ${then}`;
  switch (found.kind) {
    case 'found':
      return found.version;
    case 'datasetUnknown':
      throw datasetUnknown(id, found.nearest);
    case 'noVersions':
      throw new HmsError('VERSION_UNKNOWN', `${found.dataset} has no version yet.`, { next: `Commit one: hms dta commit ${found.dataset} -m MESSAGE` });
    case 'versionUnknown':
      throw new HmsError('VERSION_UNKNOWN', `${found.dataset} has no such version${ago}; its newest is v${found.newest}.`, { next: `See them with: hms dta show ${found.dataset}` });
    case 'tagUnknown':
      throw new HmsError('TAG_UNKNOWN', `No version of ${found.dataset} ${then === null ? 'has' : 'had'} that tag${ago}${found.complete ? '' : ', as far as is known: a body that could say so was destroyed'}.`, {
        next: `See the tags with: hms dta show ${found.dataset}`,
      });
    case 'beforeFirst':
      throw new HmsError('VERSION_UNKNOWN', `${found.dataset} did not exist ${then === null ? 'then' : `at ${then}`}: its first version is of ${found.first}.`, { next: `See its versions with: hms dta show ${found.dataset}` });
    case 'withdrawn':
      throw new HmsError('VERSION_UNKNOWN', `Every version of ${found.dataset} that this could mean was withdrawn${ago}.`, {
        next: `Name it by number to open it all the same: ${versionName(found.dataset, found.newest.version)}`,
      });
  }
}

/** DATASET_UNKNOWN with the nearest name. */
export function datasetUnknown(id: string, nearest: string | null): HmsError {
  return new HmsError('DATASET_UNKNOWN', `There is no dataset "${id}" in this lake.${nearest === null ? '' : ` Is "${nearest}" meant?`}`, {
    next: 'See the datasets with: hms dta ls',
    facts: { nearest },
  });
}

/** The stored bytes of a file of a version, streamed. FILE_UNKNOWN where the version has no such file. */
export async function openFile(lake: ReadableLake, version: VersionDetail, path: LogicalPath, range?: ByteRange): Promise<{ file: FileRow; stream: AsyncIterable<Uint8Array> }> {
  const { file, place } = await locateFile(lake, version, path);
  return { file, stream: bytesOf(place, range) };
}

/** A file of a version, and the absolute path of its stored bytes. FILE_UNKNOWN where the version has no such file. `places`: what `storedFiles` answers, where that is known. */
export async function locateFile(
  lake: ReadableLake,
  version: VersionDetail,
  path: LogicalPath,
  places: () => ReturnType<typeof storedFiles> = () => storedFiles(lake, version),
): Promise<{ file: FileRow; place: string }> {
  const file = lake.catalog.fileAt(version.dataset, version.version, path);
  if (file === null) {
    throw new HmsError('FILE_UNKNOWN', `${versionName(version.dataset, version.version)} has no file "${path}".`, {
      next: `See its files with: hms dta files ${versionName(version.dataset, version.version)}`,
    });
  }
  const stored = await places();
  return { file, place: stored(file.sha256) };
}

/** Where the bytes of each digest of a version are, as absolute paths. Reads the version's inventory once. */
export async function storedFiles(lake: ReadableLake, version: VersionDetail): Promise<(digest: Sha256) => string> {
  const claimed = lake.index.claimedVersion(version.dataset, version.version);
  if (claimed === null) throw new Error(`The index has no ${versionName(version.dataset, version.version)}.`);
  return inWords(`Reading ${versionName(version.dataset, version.version)}`, 'Nothing was changed.', async () => {
    const folder = await versionFolder(lake.paths, claimed);
    if (folder === null) throw lost(claimed);
    const { manifest } = await readHeadState(join(folder, 'inventory.json'), claimed.hash);
    const locate = contentLocator(lake.paths, claimed, folder);
    return (digest) => {
      const content = manifest.get(digest)?.[0];
      if (content === undefined) throw lost(claimed);
      return locate(content);
    };
  });
}
