import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import { CHUNK, listFolder, readWhole, unreadable } from '../read.ts';
import type { Pool } from '../workers/pool.ts';
import type { PackageSource } from './source.ts';
import { problemsOf } from './source.ts';

/** An unpacked package. Links and other special files are reported and never followed. */
export async function openFolder(root: string, findings: Findings, meter: Meter, pool: Pool): Promise<PackageSource> {
  const files = new Map<string, number>();
  await walk(root, '', files, findings, meter);
  return {
    files,
    read: (path, limit) => Promise.resolve(readWhole(`${root}/${path}`, limit)),
    pieces: (path) => pieces(`${root}/${path}`),
    hash: async (expected) => {
      await pool.room();
      meter.check();
      const result = await pool.run({ kind: 'hashFiles', folder: root, names: expected.map(({ path }) => path).join('\0') });
      meter.add(expected.length, result.bytes);
      return problemsOf(expected, result);
    },
    close: () => undefined,
  };
}

async function walk(root: string, folder: string, files: Map<string, number>, findings: Findings, meter: Meter): Promise<void> {
  const names = listFolder(folder === '' ? root : `${root}/${folder}`);
  if (names === null) return;
  if ('why' in names) {
    findings.add('FILE_UNREADABLE', folder, `This folder cannot be read: ${names.detail}.`);
    return;
  }
  for (const entry of names) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) await walk(root, path, files, findings, meter);
    else if (entry.isFile()) files.set(path, statSync(`${root}/${path}`, { throwIfNoEntry: false })?.size ?? 0);
    else findings.add('PACKAGE_FILE_EXTRA', path, 'This is neither a file nor a folder; nothing was read through it.');
    await meter.breathe();
  }
}

async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, 256 * 1024));
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    unreadable(error);
    return;
  }
  try {
    for (;;) {
      const read = readSync(fd, buffer, 0, buffer.length, null);
      if (read === 0) return;
      yield buffer.subarray(0, read);
      await Promise.resolve();
    }
  } finally {
    closeSync(fd);
  }
}
