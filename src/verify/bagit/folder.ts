import { closeSync, lstatSync, openSync, readSync } from 'node:fs';
import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import { listFolder, unreadable } from '../read.ts';
import type { Pool } from '../workers/pool.ts';
import { hashInThreads } from './batches.ts';
import type { BagitCode } from './codes.ts';
import { FileTable } from './files.ts';
import type { BagSource } from './source.ts';
import { BrokenFile } from './text.ts';

const PIECE = 256 * 1024;

/** A bag that is a folder. Links and other special files are reported and never followed. */
export async function openFolderBag(root: string, findings: FindingSink<BagitCode>, meter: Meter, pool: Pool): Promise<BagSource> {
  const files = new FileTable();
  await walk(root, files, findings, meter);
  return {
    files,
    pieces: (file) => pieces(`${root}/${files.path(file)}`),
    hash: (plan) =>
      hashInThreads(plan, files, (batch) => ({ folder: root, names: batch.map((file) => files.path(file)).join('\0') }), () => true, meter, pool),
    close: () => undefined,
  };
}

async function walk(root: string, files: FileTable, findings: FindingSink<BagitCode>, meter: Meter): Promise<void> {
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const names = listFolder(folder === '' ? root : `${root}/${folder}`);
    if (names === null) continue;
    if ('why' in names) {
      findings.add('BAGIT_FILE_UNREADABLE', folder, `This folder cannot be read: ${names.detail}.`);
      continue;
    }
    for (const entry of names) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        files.addFolder(path);
        waiting.push(path);
      } else if (entry.isFile()) addFile(root, path, files, findings);
      else findings.add('BAGIT_LINK', path, 'This is neither a file nor a folder; nothing was read through it.');
      await meter.breathe();
    }
  }
}

function addFile(root: string, path: string, files: FileTable, findings: FindingSink<BagitCode>): void {
  const stat = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
  if (stat !== undefined) files.add(path, stat.size);
  else findings.add('BAGIT_FILE_UNREADABLE', path, path.includes('\uFFFD') ? 'The name of this file is not Unicode, so no manifest can list it.' : 'This file went away while the bag was read.');
}

async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(PIECE);
  let fd: number | null = null;
  try {
    fd = openSync(path, 'r');
    for (;;) {
      const read = readSync(fd, buffer, 0, buffer.length, null);
      if (read === 0) return;
      yield buffer.subarray(0, read);
      await Promise.resolve();
    }
  } catch (error) {
    throw new BrokenFile(unreadable(error).detail);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
