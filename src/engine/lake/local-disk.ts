import { closeSync, fstatSync, fsync, mkdirSync, openSync, renameSync, unlinkSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Disk, WriteHandle } from './disk.ts';
import { systemDisk } from './durable.ts';
import type { Place } from './place.ts';

/**
 * The same calls in the same order, for a disk of this computer: those that the system answers from its memory are made at once, where a thread of their own would
 * cost several times what they take. Flushes, the later parts of a long file, and the removal of folders, which the system may keep waiting for the disk (ext4: 0.4 to 2.9 ms for a folder, of
 * which 0.04 ms are work), stay with the threads.
 */

/** So many bytes of a file are written at once. */
const AT_ONCE_BYTES = 1 << 20;

const flush = promisify(fsync);
const writeLater = promisify(write);

/** An error of the system is a rejection here too. */
const atOnce = <T>(call: () => T): Promise<T> => new Promise((resolve) => resolve(call()));

async function flushAt(path: string, flags: 'r' | 'r+'): Promise<void> {
  const descriptor = openSync(path, flags);
  try {
    await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export const localDisk: Disk = {
  ...systemDisk,
  create: (path, how, mode = 0o666) => atOnce(() => localHandle(openSync(path, how === 'exclusive' ? 'wx' : how === 'truncate' ? 'w' : 'a', mode))),
  mkdir: (path) => atOnce(() => mkdirSync(path)),
  rename: (from, to) => atOnce(() => renameSync(from, to)),
  unlink: (path) => atOnce(() => unlinkSync(path)),
  syncFile: (path) => flushAt(path, 'r+'),
  syncFolder: (path) => flushAt(path, 'r'),
};

function localHandle(descriptor: number): WriteHandle {
  let size = 0;
  return {
    async write(bytes) {
      size += bytes.length;
      for (let at = 0; at < bytes.length; ) at += size > AT_ONCE_BYTES ? (await writeLater(descriptor, bytes, at)).bytesWritten : writeSync(descriptor, bytes, at);
    },
    sync: () => flush(descriptor),
    modified: () => atOnce(() => fstatSync(descriptor).mtimeMs),
    close: () => atOnce(() => closeSync(descriptor)),
  };
}

/** The disk under a folder of this kind. */
export function diskOf({ kind }: Place): Disk {
  return kind === 'journaled' ? localDisk : systemDisk;
}
