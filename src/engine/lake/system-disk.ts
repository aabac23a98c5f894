import { execFile } from 'node:child_process';
import { close, closeSync, fsync, fsyncSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Disk } from './disk.ts';

/** The calls of the system that write, as they are: what holds after them, and in which order they are made, is said in durable.ts. */
export const systemDisk: Disk = {
  async create(path, how, mode = 0o666) {
    const handle = await open(path, how === 'exclusive' ? 'wx' : how === 'truncate' ? 'w' : 'a', mode);
    return {
      async write(bytes) {
        let at = 0;
        while (at < bytes.length) at += (await handle.write(bytes, at)).bytesWritten;
      },
      sync: () => handle.sync(),
      modified: async () => (await handle.stat()).mtimeMs,
      close: () => handle.close(),
    };
  },
  mkdir: (path) => mkdir(path),
  rename: (from, to) => rename(from, to),
  unlink: (path) => unlink(path),
  rmdir: (path) => rmdir(path),
  async syncFile(path) {
    // Windows flushes only handles that may write.
    const handle = await open(path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async syncFolder(path) {
    if (process.platform === 'win32') return;
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async syncFileSystem(path) {
    await promisify(execFile)('sync', ['-f', path]);
  },
  blocking: {
    createExclusive: (path) => openSync(path, 'wx'),
    write(descriptor, bytes) {
      let at = 0;
      while (at < bytes.length) at += writeSync(descriptor, bytes, at);
    },
    sync: (descriptor) => fsyncSync(descriptor),
    close: (descriptor) => closeSync(descriptor),
    mkdir: (path) => mkdirSync(path),
    unlink: (path) => unlinkSync(path),
  },
};

/** fsync and close of what a thread of copies has open, several of which may be under way. */
export const flushOpen = promisify(fsync);
export const closeOpen = promisify(close);
