import { closeSync, openSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Clock } from '../clock.ts';
import { codeOf } from './code-of.ts';
import type { BlockingDisk, Disk } from './disk.ts';
import type { Place } from './place.ts';
import { noteSilence } from './silence.ts';

/**
 * Folders of a share under short names, each through an open descriptor. With the options that docs/operations/shares.md says to take, the client of NFS asks the server for every
 * folder of a path anew, at each call: six round trips before the one that is wanted. A path that begins at the folder itself needs one.
 */
function nameOf(descriptor: number): string | null {
  const name = `/proc/self/fd/${descriptor}`;
  try {
    readlinkSync(name);
    return name;
  } catch {
    return null;
  }
}

/**
 * Works with the short name of a folder, or with its own where the place is no share, the system has no such names, or the folder cannot be opened: whoever uses its own is then told why. A share that does
 * not answer is not asked again: its error is thrown. Where a name leads to what the server does not know any more (another workstation renamed it meanwhile), all is done once more by
 * the folder's own name, which Linux looks up anew from the root; so `work` must be something that can be done twice.
 */
export async function withNear<T>(folder: string, place: Place, clock: Clock, work: (name: string) => Promise<T>): Promise<T> {
  const handle = place.kind === 'share' && process.platform === 'linux' ? await noteSilence(place, clock, () => open(folder, 'r')).catch(unlessAway) : null;
  try {
    const name = handle === null ? null : nameOf(handle.fd);
    if (name === null) return await work(folder);
    return await work(name).catch((error: unknown) => (codeOf(error) === 'ESTALE' ? work(folder) : Promise.reject(error as Error)));
  } finally {
    await handle?.close();
  }
}

function unlessAway(error: unknown): null {
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE'].includes(codeOf(error))) return null;
  throw error;
}

/** A disk that reaches what is below `root` from there, for a thread that may block; the same disk where that cannot be. Errors name what was asked for. */
export function nearDisk(disk: BlockingDisk, root: string): { readonly disk: BlockingDisk; close(): void } {
  let descriptor: number | null = null;
  try {
    if (process.platform === 'linux') descriptor = openSync(root, 'r');
  } catch {
    // The first call for a copy says why.
  }
  const close = (): void => {
    if (descriptor !== null) closeSync(descriptor);
  };
  const name = descriptor === null ? null : nameOf(descriptor);
  if (name === null) return { disk, close };
  const by = <T>(call: (path: string) => T): ((path: string) => T) => {
    return (path) => {
      if (!path.startsWith(root + sep)) return call(path);
      const short = name + path.slice(root.length);
      try {
        return call(short);
      } catch (error) {
        throw renamed(error, short, path);
      }
    };
  };
  return { disk: { ...disk, createExclusive: by(disk.createExclusive), mkdir: by(disk.mkdir), unlink: by(disk.unlink) }, close };
}

/** A disk that reaches what is below the folders that are held from there. Errors name what was asked for. */
export function heldDisk(disk: Disk): Disk {
  const held = new Map<string, string>();
  const shortOf = (path: string): string => {
    for (const [folder, name] of held) if (path.startsWith(folder + sep)) return name + path.slice(folder.length);
    return path;
  };
  const by = <R extends unknown[], T>(call: (path: string, ...rest: R) => Promise<T>): ((path: string, ...rest: R) => Promise<T>) => {
    return async (path, ...rest) => {
      const short = shortOf(path);
      try {
        return await call(short, ...rest);
      } catch (error) {
        throw renamed(error, short, path);
      }
    };
  };
  return {
    ...disk,
    create: by(disk.create),
    mkdir: by(disk.mkdir),
    unlink: by(disk.unlink),
    rename: (from, to) => by((path) => disk.rename(path, shortOf(to)))(from),
    async hold(folder) {
      const handle = await open(folder, 'r').catch(unlessAway);
      const name = handle === null ? null : nameOf(handle.fd);
      if (name !== null && !held.has(folder)) held.set(folder, name);
      return async () => {
        if (held.get(folder) === name) held.delete(folder);
        await handle?.close();
      };
    },
  };
}

function renamed(error: unknown, from: string, to: string): unknown {
  if (!(error instanceof Error && 'path' in error && error.path === from)) return error;
  error.message = error.message.replace(from, to);
  return Object.assign(error, { path: to });
}
