import { closeSync, openSync, statSync } from 'node:fs';
import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import { storedPieces } from '../package/zip-source.ts';
import type { Pool } from '../workers/pool.ts';
import { bagFolderIn, reportFolder } from './archive-root.ts';
import { hashInThreads } from './batches.ts';
import type { BagitCode } from './codes.ts';
import { FileTable } from './files.ts';
import type { BagSource } from './source.ts';
import type { TarEntry } from './tar-entry.ts';
import { tarEntryOf } from './tar-entry.ts';
import { TarFault, walkTarHeaders } from './tar-walk.ts';
import { BrokenFile } from './text.ts';

/** A bag in a tar file, never unpacked: its headers are read once, then its files where they stand, in threads. Null, with findings, where it cannot be read. */
export async function openTarBag(path: string, findings: FindingSink<BagitCode>, meter: Meter, pool: Pool): Promise<BagSource | null> {
  const size = statSync(path).size;
  const entries: TarEntry[] = [];
  try {
    for await (const { header, start } of walkTarHeaders(path, size)) {
      const entry = tarEntryOf(header, start, findings);
      if (entry !== null) entries.push(entry);
      await meter.breathe();
    }
  } catch (error) {
    if (!(error instanceof TarFault)) throw error;
    findings.add('BAGIT_ARCHIVE_UNREADABLE', '', `The tar file cannot be read to its end: ${error.message}.`);
  }
  if (entries.length === 0) {
    if (!findings.has('BAGIT_ARCHIVE_UNREADABLE')) findings.add('BAGIT_ARCHIVE_UNREADABLE', '', 'The tar file holds nothing.');
    return null;
  }
  const { files, kept } = placeEntries(entries, findings);
  const fd = openSync(path, 'r');
  const ranges = (batch: readonly number[]): { start: number; size: number; packed: null; crc: null }[] =>
    batch.map((file) => ({ start: kept[file]?.start ?? 0, size: files.size(file), packed: null, crc: null }));
  return {
    files,
    pieces: (file) => wholePieces(fd, kept[file]),
    hash: (plan) => hashInThreads(plan, files, (batch) => ({ file: path, ranges: ranges(batch) }), () => true, meter, pool),
    close: () => {
      closeSync(fd);
    },
  };
}

/** The files of the bag's folder among all entries, in the order of their numbers. */
export function placeEntries(entries: readonly TarEntry[], findings: FindingSink<BagitCode>): { readonly files: FileTable; readonly kept: readonly TarEntry[]; readonly folder: string } {
  const files = new FileTable();
  const kept: TarEntry[] = [];
  const names = entries.map(({ name }) => name).filter((name) => name !== '');
  const folder = bagFolderIn(names);
  reportFolder(folder, names.filter((name) => !name.startsWith(folder)), findings);
  for (const entry of entries) {
    const path = entry.name.slice(folder.length);
    if (!entry.name.startsWith(folder) || path === '') continue;
    if (path.endsWith('/')) files.addFolder(path.slice(0, -1));
    else if (files.add(path, entry.size)) kept.push(entry);
    else findings.add('BAGIT_ARCHIVE_UNSAFE', path, 'The tar file holds this name twice.');
  }
  return { files, kept, folder };
}

async function* wholePieces(fd: number, entry: TarEntry | undefined): AsyncGenerator<Uint8Array> {
  if (entry === undefined) return;
  let read = 0;
  for await (const piece of storedPieces(fd, entry)) {
    read += piece.length;
    yield piece;
  }
  if (read < entry.size) throw new BrokenFile('the tar file ends before it');
}
