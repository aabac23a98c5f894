import { createHash } from 'node:crypto';
import { chmod, open, opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha256 } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { codeOf } from './code-of.ts';
import type { Disk } from './disk.ts';
import { heldDisk } from './near.ts';
import type { Place } from './place.ts';
import { noteSilence } from './silence.ts';
import { systemDisk } from './system-disk.ts';

/**
 * Every durable write of the program goes through this file, and from it to the calls of system-disk.ts or local-disk.ts. Each primitive states what holds after it returns, and why its steps are
 * in that order. Errors are the system's own (`code` EIO, ENOSPC …): `placeError` in place-error.ts puts them into words.
 */

export { codeOf };

export { closeOpen, flushOpen, systemDisk } from './system-disk.ts';

export type Content = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface Written {
  readonly size: number;
  readonly sha256: Sha256;
  /** Modification time by the file server's clock, ms. */
  readonly modified: number;
}

/** A file that is a copy of something immutable; `content` may be called more than once. */
export interface DerivedCopy {
  readonly path: string;
  readonly content: () => Content;
}

/** Fewer files than this are flushed one by one; `sync -f` waits for everybody's writes and starts a process. */
const FLUSH_ONE_BY_ONE = 200;

/** What is flushed one by one is asked for so many at a time: a journal commits for all who wait. */
const FLUSHED_AT_ONCE = 8;

/** How often a share is asked to remove a folder that it says is not empty, 100 ms apart. */
const REMOVE_ATTEMPTS = 50;

export interface Durable {
  readonly place: Place;
  readonly disk: Disk;
  /** By which it waits. */
  readonly clock: Clock;
  writeNew(path: string, content: Content, mode?: number): Promise<Written>;
  rewrite(path: string, content: Content): Promise<Written>;
  stage(path: string, content: Content): Promise<Written>;
  write(path: string, content: Content): Promise<Written>;
  append(path: string, bytes: Uint8Array): Promise<void>;
  makeFolder(path: string, within?: string): Promise<void>;
  nameFolder(path: string, within?: string): Promise<string[]>;
  publishFolder(from: string, to: string): Promise<void>;
  moveFile(from: string, to: string): Promise<void>;
  replaceDerived(path: string, content: () => Content, scratch: string): Promise<Written>;
  replaceAllDerived(copies: readonly DerivedCopy[], scratch: string): Promise<void>;
  flush(files: readonly string[], folders: () => readonly string[], anywhere: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  removeEmptyFolder(path: string): Promise<boolean>;
  removeTree(path: string, last?: string): Promise<void>;
  /** Removes several of these, some at a time. */
  removeTrees(paths: readonly string[]): Promise<void>;
}

/**
 * On SMB and NFS a name is made, changed or removed by the server before it answers; Linux sends them nothing when a folder is flushed (`nfs_fsync_dir`, `cifs_dir_fsync`), and to open it for that would be a
 * round trip for each folder of its path.
 */
const NAMES_BY_SERVER: ReadonlySet<string> = new Set(['nfs', 'cifs', 'smb']);

function shareDisk(place: Place): Disk {
  const disk: Disk = { ...systemDisk, syncFolder: () => Promise.resolve() };
  // A client of SMB asks for the whole path at once.
  return place.name === 'nfs' ? heldDisk(disk) : disk;
}

/** How often a file on a share is written again that does not read back as written: eight programs that complete their acts at once write the same checkpoint. */
const REWRITES = 12;

/** The primitives over one disk and the kind of place that it is. */
export function durableOn(any: Disk, place: Place, clock: Clock): Durable {
  const disk = any === systemDisk && NAMES_BY_SERVER.has(place.name) && process.platform === 'linux' ? shareDisk(place) : any;
  const retry = <T>(call: () => Promise<T>): Promise<T> => retryTransient(place, clock, call);
  const syncFolder = (path: string): Promise<void> => noteSilence(place, clock, () => disk.syncFolder(path));

  async function writeTo(path: string, how: 'exclusive' | 'truncate', content: Content, { mode, isFlushed = true }: { readonly mode?: number | undefined; readonly isFlushed?: boolean } = {}): Promise<Written> {
    const handle = await retry(() => disk.create(path, how, mode));
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        await noteSilence(place, clock, () => handle.write(chunk));
        hash.update(chunk);
        size += chunk.length;
      }
      if (isFlushed) await noteSilence(place, clock, () => handle.sync());
      return { size, sha256: hash.digest('hex') as Sha256, modified: await handle.modified() };
    } finally {
      await handle.close();
    }
  }

  /** `named` is told the parent of each folder that was made. */
  async function makeFolders(path: string, within: string | undefined, named: (parent: string) => Promise<void> | void, hasParent = false): Promise<void> {
    try {
      await retry(() => disk.mkdir(path));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST') return;
      // In /proc and the like a folder is there and takes no new one, with the same code.
      if (code !== 'ENOENT' || hasParent || dirname(path) === path || path === within || dirname(path) === within) throw error;
      await makeFolders(dirname(path), within, named);
      return makeFolders(path, within, named, true);
    }
    await named(dirname(path));
  }

  async function replaceDerived(path: string, content: () => Content, scratch: string): Promise<Written> {
    if (place.kind === 'journaled') {
      const temporary = temporaryIn(scratch);
      const written = await writeTo(temporary, 'exclusive', content());
      await retry(() => disk.rename(temporary, path));
      await syncFolder(dirname(path));
      return written;
    }
    for (let attempt = 1; ; attempt++) {
      const written = await writeTo(path, 'truncate', content());
      const naming = syncFolder(dirname(path));
      const [hash] = await Promise.allSettled([hashOf(path), naming]);
      await naming;
      if (hash.status === 'rejected') throw hash.reason;
      if (hash.value === written.sha256) return written;
      if (attempt === REWRITES) throw Object.assign(new Error(`${path} does not read back as written`), { code: 'EIO' });
      // Others who write the same file at the same time would meet again after a wait that is the same for all.
      await clock.sleep((Math.min(20 * 2 ** attempt, 1_000) * ((clock.random(1)[0] ?? 0) + 1)) / 256);
    }
  }

  const temporaryIn = (scratch: string): string => join(scratch, `replace-${Buffer.from(clock.random(8)).toString('hex')}`);

  async function removeTree(path: string, last?: string, attempt = 1): Promise<void> {
    let folder;
    try {
      folder = await opendir(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    for await (const item of folder) {
      if (item.name === last) continue;
      const child = join(path, item.name);
      if (item.isDirectory()) await removeTree(child);
      else await ignoreMissing(retry(() => disk.unlink(child)));
    }
    if (last !== undefined) await ignoreMissing(retry(() => disk.unlink(join(path, last))));
    try {
      await ignoreMissing(retry(() => disk.rmdir(path)));
    } catch (error) {
      // A share keeps a removed file for as long as anyone, its own client too, has it open.
      if (place.kind !== 'share' || codeOf(error) !== 'ENOTEMPTY' || attempt === REMOVE_ATTEMPTS) throw error;
      await clock.sleep(100);
      await removeTree(path, last, attempt + 1);
    }
  }

  return {
    place,
    disk,
    clock,

    /**
     * A new file with this content. When it returns, bytes and name are durable; when it throws, the name may exist with part of the
     * content, so callers use it in staging only, or re-read. EEXIST where the name is taken.
     */
    async writeNew(path, content, mode) {
      const written = await writeTo(path, 'exclusive', content, { mode });
      await syncFolder(dirname(path));
      return written;
    },

    /** As writeNew, over whatever stands there. For files in staging that nobody else reads. */
    async rewrite(path, content) {
      const written = await writeTo(path, 'truncate', content);
      await syncFolder(dirname(path));
      return written;
    },

    /** As rewrite, for one of several files of a folder: its bytes are durable, its name only when the folder is flushed after the last of them. */
    stage: (path, content) => writeTo(path, 'truncate', content),

    /** As stage, of which not even the bytes are durable before they are flushed with `flush`. */
    write: (path, content) => writeTo(path, 'truncate', content, { isFlushed: false }),

    /** Bytes at the end of a file that only this process writes (never a shared one: on SMB and NFS appends of two stations are lost). Durable when it returns. */
    async append(path, bytes) {
      const handle = await retry(() => disk.create(path, 'append'));
      try {
        await handle.write(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },

    /** The folder and its parents exist, durably. `within` and what is above it is never made: where it is gone, ENOENT is thrown. */
    makeFolder: (path, within) => makeFolders(path, within, (parent) => disk.syncFolder(parent)),

    /** As makeFolder, but the names of the folders are durable only when those are flushed that it answers. */
    async nameFolder(path, within) {
      const parents: string[] = [];
      await makeFolders(path, within, (parent) => void parents.push(parent));
      return parents;
    },

    /**
     * Renames a folder with content to a name that must be free: name and content appear at once, one of several racers wins, the
     * others get ENOTEMPTY or EEXIST. Measured on ext4, SMB 3.1.1, NFS 4.1 and exFAT; on NTFS by its documentation. The content must be
     * durable before; name and absence of the old name are durable after. An error does not say that it did not happen: callers look.
     */
    async publishFolder(from, to) {
      await retry(() => disk.rename(from, to));
      // Where others finished and tidied what this process published, the folder that it came from is gone.
      await eachOf([dirname(to), dirname(from)], (folder) => (folder === dirname(to) ? syncFolder(folder) : ignoreMissing(syncFolder(folder))));
    },

    /** Moves one file of a staging folder that belongs to this process; replaces what stands there. */
    async moveFile(from, to) {
      await retry(() => disk.rename(from, to));
    },

    /**
     * Replaces a file that is a copy of something immutable (root inventory, sidecar, checkpoint, tile). On a local disk: temporary
     * file in `scratch`, fsync, rename, so that readers see old or new. On a share, where a rename over a file that this station has
     * open fails and then deletes it: rewrite in place, flush, read back, compare, up to 12 times; readers that catch it half written
     * fall back to the source. `content` may be called more than once.
     */
    replaceDerived,

    /** As replaceDerived for several, each durable before the next; on a local disk they share their flushes, and their new names appear, and outlive a crash, in the order given. */
    async replaceAllDerived(copies, scratch) {
      if (place.kind !== 'journaled') {
        for (const { path, content } of copies) await replaceDerived(path, content, scratch);
        return;
      }
      const temporaries: string[] = [];
      for (const { content } of copies) {
        const temporary = temporaryIn(scratch);
        await writeTo(temporary, 'exclusive', content(), { isFlushed: false });
        temporaries.push(temporary);
      }
      await eachOf(temporaries, (temporary) => disk.syncFile(temporary));
      for (const [i, { path }] of copies.entries()) await retry(() => disk.rename(temporaries[i] ?? '', path));
      await eachOf([...new Set(copies.map(({ path }) => dirname(path)))], syncFolder);
    },

    /** Makes a batch of written files and their folders durable: one flush of the file system where it has that, else one by one. `anywhere` is a path on it. */
    async flush(files, folders, anywhere) {
      if (place.kind === 'journaled' && files.length >= FLUSH_ONE_BY_ONE && process.platform === 'linux') {
        await disk.syncFileSystem(anywhere);
        return;
      }
      await eachOf(files, (file) => disk.syncFile(file));
      await eachOf(folders(), syncFolder);
    },

    /** Removes a file; gone already is fine. */
    async removeFile(path) {
      await ignoreMissing(retry(() => disk.unlink(path)));
    },

    /** Removes a folder if it is empty; false where it is not. Gone already is fine. */
    async removeEmptyFolder(path) {
      try {
        await disk.rmdir(path);
        return true;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'ENOENT') return true;
        if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
        throw error;
      }
    },

    /**
     * Removes a folder with all that is in it. Only for staging folders by their owner. `last` is a file in it that is removed after all else: while it
     * stands, an interrupted removal can be seen and done again.
     */
    removeTree: (path, last) => removeTree(path, last),

    removeTrees: (paths) => eachOf(paths, (path) => removeTree(path)),
  };
}

/**
 * Calls again while a share or Windows answers with an error that goes away (a scanner holds the file, the server is busy): every 10 ms
 * rising to 100 ms, 10 s at most. On a local POSIX disk EPERM and EACCES are final and are not repeated.
 */
export async function retryTransient<T>(place: Place, clock: Clock, call: () => Promise<T>): Promise<T> {
  const patient = place.kind === 'share' || process.platform === 'win32';
  const transient = new Set(patient ? ['EPERM', 'EACCES', 'EBUSY', 'EAGAIN', 'EHOSTDOWN'] : ['EBUSY', 'EAGAIN']);
  const until = clock.monotonic() + 10_000;
  return noteSilence(place, clock, async () => {
    for (let wait = 10; ; wait = Math.min(wait + 10, 100)) {
      try {
        return await call();
      } catch (error) {
        if (!transient.has(codeOf(error)) || clock.monotonic() >= until) throw error;
        await clock.sleep(wait);
      }
    }
  });
}

/** Does it with each, some at a time, begun in their order. Nothing is under way any more when it throws what went wrong first. */
async function eachOf(paths: readonly string[], call: (path: string) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let path = paths[next++]; path !== undefined && failures.length === 0; path = paths[next++]) await call(path).catch((error: unknown) => void failures.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(FLUSHED_AT_ONCE, paths.length) }, work));
  if (failures.length > 0) throw failures[0];
}

async function ignoreMissing(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    for await (const chunk of handle.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) hash.update(chunk as Uint8Array);
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

/** Other accounts of this computer cannot look into the folder from now on, where the disk knows of accounts. */
export async function closeToOthers(folder: string): Promise<void> {
  if (process.platform !== 'win32') await chmod(folder, 0o700).catch(() => undefined);
}
