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
import { TarEntries, tarEntryOf } from './tar-entry.ts';
import { TarFault, walkTarHeaders } from './tar-walk.ts';
import { BrokenFile } from './text.ts';

/** A bag in a tar file, never unpacked: its headers are read once, then its files where they stand, in threads. Null, with findings, where it cannot be read. */
export async function openTarBag(path: string, findings: FindingSink<BagitCode>, meter: Meter, pool: Pool): Promise<BagSource | null> {
  const size = statSync(path).size;
  const entries = new TarEntries();
  try {
    for await (const { header, start } of walkTarHeaders(path, size)) {
      const entry = tarEntryOf(header, start, findings);
      if (entry !== null) entries.add(entry);
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
  const { files, starts } = placeEntries(entries, findings);
  const fd = openSync(path, 'r');
  const ranges = (batch: readonly number[]): { start: number; size: number; packed: null; crc: null }[] =>
    batch.map((file) => ({ start: starts[file] ?? 0, size: files.size(file), packed: null, crc: null }));
  return {
    files,
    pieces: (file) => wholePieces(fd, { start: starts[file] ?? 0, size: files.size(file) }),
    hash: (plan) => hashInThreads(plan, files, (batch) => ({ file: path, ranges: ranges(batch) }), () => true, meter, pool),
    close: () => {
      closeSync(fd);
    },
  };
}

/** The files of the bag's folder among all entries, and where the bytes of each begin. */
export function placeEntries(entries: TarEntries, findings: FindingSink<BagitCode>): { readonly files: FileTable; readonly starts: readonly number[]; readonly folder: string } {
  const files = new FileTable();
  const starts: number[] = [];
  const folder = bagFolderIn(entries.names());
  reportFolder(folder, entries.names().filter((name) => name !== '' && !name.startsWith(folder)), findings);
  for (let i = 0; i < entries.length; i++) {
    const { name, size, start } = entries.at(i);
    const path = name.slice(folder.length);
    if (!name.startsWith(folder) || path === '') continue;
    if (path.endsWith('/')) files.addFolder(path.slice(0, -1));
    else if (files.add(path, size)) starts.push(start);
    else findings.add('BAGIT_ARCHIVE_UNSAFE', path, 'The tar file holds this name twice.');
  }
  return { files, starts, folder };
}

async function* wholePieces(fd: number, entry: { readonly start: number; readonly size: number }): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const piece of storedPieces(fd, entry)) {
    read += piece.length;
    yield piece;
  }
  if (read < entry.size) throw new BrokenFile('the tar file ends before it');
}
