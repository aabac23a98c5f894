import { linkSync, lstatSync, mkdirSync, renameSync, rmdirSync, rmSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemDisk } from '../../../src/engine/lake/index.ts';
import type { Disk, WriteHandle } from '../../../src/engine/lake/index.ts';

/**
 * A disk that can lose its power: what was not flushed is then lost, as far as POSIX allows a file system to lose it. Names (made, renamed,
 * removed) are kept in the order in which they were changed, as a journal keeps them, up to any point at or after the last flush of a folder that
 * they concern; flushing a file keeps its bytes, not its name. Bytes that were not flushed are cut off anywhere.
 */
export class LosingDisk {
  readonly disk: Disk;
  /** A folder on the same file system, outside of what is tested. */
  readonly #grave: string;
  #graves = 0;
  #changes: Change[] = [];
  readonly #descriptors = new Map<number, string>();
  /** By a second name of the file in the grave, so that it is found wherever it was renamed to. */
  readonly #unflushed = new Map<string, { readonly grave: string; from: number }>();

  constructor(grave: string, under: Disk = systemDisk) {
    this.#grave = grave;
    mkdirSync(grave, { recursive: true });
    this.disk = {
      create: async (path, how, mode) => {
        const isNew = !exists(path);
        const handle = await under.create(path, how, mode);
        if (isNew) this.#changed([dirname(path)], () => rmSync(path));
        this.#wrote(path, how === 'append' && !isNew ? lstatSync(path).size : 0);
        return this.#handle(path, handle);
      },
      mkdir: async (path) => {
        await under.mkdir(path);
        this.#changed([dirname(path)], () => rmdirSync(path));
      },
      rename: async (from, to) => {
        const replaced = exists(to) && lstatSync(to).isFile() ? this.#keep(to) : null;
        const emptyFolder = exists(to) && replaced === null;
        await under.rename(from, to);
        this.#changed([dirname(from), dirname(to)], () => {
          renameSync(to, from);
          if (replaced !== null) linkSync(replaced, to);
          if (emptyFolder) mkdirSync(to);
        });
      },
      unlink: async (path) => {
        const kept = exists(path) ? this.#keep(path) : null;
        await under.unlink(path);
        this.#changed([dirname(path)], () => linkSync(kept as string, path));
      },
      rmdir: async (path) => {
        await under.rmdir(path);
        this.#changed([dirname(path)], () => mkdirSync(path));
      },
      syncFile: async (path) => {
        await under.syncFile(path);
        this.#flushed(path);
      },
      syncFolder: async (path) => {
        await under.syncFolder(path);
        this.#settle((change) => change.folders.includes(path));
      },
      syncFileSystem: async (path) => {
        await under.syncFileSystem(path);
        this.#settle(() => true);
        this.#unflushed.clear();
      },
      blocking: {
        createExclusive: (path) => {
          const descriptor = under.blocking.createExclusive(path);
          this.#changed([dirname(path)], () => rmSync(path));
          this.#wrote(path, 0);
          this.#descriptors.set(descriptor, inodeOf(path));
          return descriptor;
        },
        write: (descriptor, bytes) => under.blocking.write(descriptor, bytes),
        sync: (descriptor) => {
          under.blocking.sync(descriptor);
          this.#unflushed.delete(this.#descriptors.get(descriptor) ?? '');
        },
        close: (descriptor) => under.blocking.close(descriptor),
        mkdir: (path) => {
          under.blocking.mkdir(path);
          this.#changed([dirname(path)], () => rmdirSync(path));
        },
        unlink: (path) => {
          const kept = exists(path) ? this.#keep(path) : null;
          under.blocking.unlink(path);
          this.#changed([dirname(path)], () => linkSync(kept as string, path));
        },
      },
    };
  }

  /** The power fails. `random` gives numbers from 0 up to 1: how much of what was not flushed had reached the disk all the same. */
  cut(random: () => number): void {
    for (const { grave, from } of this.#unflushed.values()) {
      const { size } = lstatSync(grave);
      if (size > from) truncateSync(grave, from + Math.floor(random() * (size - from)));
    }
    const kept = Math.floor(random() * (this.#changes.length + 1));
    for (const change of this.#changes.slice(kept).reverse()) change.undo();
    this.#changes = [];
    this.#unflushed.clear();
  }

  #handle(path: string, real: WriteHandle): WriteHandle {
    const key = inodeOf(path);
    return {
      write: (bytes) => real.write(bytes),
      sync: async () => {
        await real.sync();
        this.#unflushed.delete(key);
      },
      modified: () => real.modified(),
      close: () => real.close(),
    };
  }

  #changed(folders: readonly string[], undo: () => void): void {
    this.#changes.push({ folders, undo });
  }

  /** All up to the last change that is meant here has reached the disk. */
  #settle(isMeant: (change: Change) => boolean): void {
    this.#changes = this.#changes.slice(this.#changes.findLastIndex(isMeant) + 1);
  }

  #wrote(path: string, from: number): void {
    const key = inodeOf(path);
    const known = this.#unflushed.get(key);
    if (known === undefined) this.#unflushed.set(key, { grave: this.#keep(path), from });
    else known.from = Math.min(known.from, from);
  }

  #flushed(path: string): void {
    this.#unflushed.delete(inodeOf(path));
  }

  #keep(path: string): string {
    const name = join(this.#grave, String(this.#graves++));
    linkSync(path, name);
    return name;
  }
}

interface Change {
  readonly folders: readonly string[];
  readonly undo: () => void;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The numbers of removed files are used again, and the file in the grave keeps its own: so none is met twice. */
function inodeOf(path: string): string {
  return String(lstatSync(path, { bigint: true }).ino);
}
