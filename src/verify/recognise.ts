import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { join } from 'node:path';
// Not through the front doors: with threads, nothing of the checks themselves is needed in the caller's.
import { kindOfZip, looksLikePackageFolder } from './bagit/package-marks.ts';
import { looksLikeOcflObject, looksLikeStorageRoot } from './ocfl/recognise.ts';
import { listFolder } from './read.ts';

export interface Recognised {
  readonly kind: 'lake' | 'package' | 'bag' | 'ocfl-object' | 'ocfl-storage-root';
  /** Absolute. */
  readonly path: string;
  readonly container: 'folder' | 'zip' | 'tar' | 'tar.gz';
}

/** What stands at a path, by what it holds; null for anything that is not known. A damaged one is still recognised by what is left. */
export function recognise(path: string): Recognised | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (stat.isFile()) return recogniseFile(path);
  if (!stat.isDirectory()) return null;
  const found = recogniseFolder(path);
  if (found !== null) return found;
  // Programs that unpack often make a folder of their own around what they unpack.
  const names = listFolder(path);
  const only = names !== null && !('why' in names) && names.length === 1 ? names[0] : undefined;
  return only?.isDirectory() === true ? recogniseFolder(join(path, only.name)) : null;
}

function recogniseFolder(path: string): Recognised | null {
  const kind = kindOfFolder(path);
  return kind === null ? null : { kind, path, container: 'folder' };
}

function kindOfFolder(path: string): Recognised['kind'] | null {
  if (existsSync(join(path, 'lake.json')) || existsSync(join(path, 'ledger'))) return 'lake';
  if (looksLikeBag(path)) return looksLikePackageFolder(path) ? 'package' : 'bag';
  if (looksLikeStorageRoot(path)) return 'ocfl-storage-root';
  if (looksLikeOcflObject(path)) return 'ocfl-object';
  return looksLikePackageFolder(path) ? 'package' : null;
}

/** Its declaration, or any manifest. */
function looksLikeBag(path: string): boolean {
  if (existsSync(join(path, 'bagit.txt'))) return true;
  const names = listFolder(path);
  return names !== null && !('why' in names) && names.some(({ name }) => /^(?:tag)?manifest-[^/]+\.txt$/i.test(name));
}

function recogniseFile(path: string): Recognised | null {
  const start = startOf(path);
  if (start.toString('latin1', 0, 4) === 'PK\u0003\u0004' || /\.zip$/i.test(path)) {
    const kind = kindOfZip(path);
    return kind === null ? null : { kind, path, container: 'zip' };
  }
  if (isTar(start) || /\.tar$/i.test(path)) return { kind: 'bag', path, container: 'tar' };
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  if (/\.(?:tgz|tar\.gz)$/i.test(path) || (isGzip && isTar(unpackedStart(start)))) return { kind: 'bag', path, container: 'tar.gz' };
  return null;
}

function startOf(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4096);
    return start.subarray(0, readSync(fd, start, 0, start.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** POSIX ustar and GNU tar both write this word at this place of the first header. */
function isTar(start: Buffer): boolean {
  return start.toString('latin1', 257, 262) === 'ustar';
}

function unpackedStart(start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 16 * 1024 * 1024 });
  } catch (error) {
    if (error instanceof Error) return Buffer.alloc(0);
    throw error;
  }
}
