import { closeSync, fstatSync, openSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Spot, SpotList } from '../package/spots.ts';
import { readDirectory } from '../package/zip-entries.ts';
import { WindowReader } from '../package/zip-reader.ts';
import { inflatedPieces, storedPieces } from '../package/zip-source.ts';
import type { Pool } from '../workers/pool.ts';
import { bagFolderIn, reportFolder } from './archive-root.ts';
import { hashInThreads } from './batches.ts';
import type { BagitCode } from './codes.ts';
import { FileTable } from './files.ts';
import type { BagSource, HashPlan } from './source.ts';
import { StreamHash } from './stream-hash.ts';
import { BrokenFile } from './text.ts';

/** Packed files up to this size are unpacked as a whole, in a thread; larger ones piece by piece. */
const SMALL = 16 * 1024 * 1024;

/** A bag in a zip file, never unpacked to a disk. Null, with findings, where it cannot be read or is not safe to read. */
export async function openZipBag(path: string, findings: FindingSink<BagitCode>, meter: Meter, pool: Pool): Promise<BagSource | null> {
  const fd = openSync(path, 'r');
  let bag: BagSource | null = null;
  try {
    const reader = new WindowReader(fd, path);
    const spots = await spotsIn(reader, fstatSync(fd).size, findings, meter);
    if (spots !== null) bag = new ZipBag({ path, fd, reader, meter, pool }, spots, findings);
    return bag;
  } finally {
    if (bag === null) closeSync(fd);
  }
}

async function spotsIn(reader: WindowReader, size: number, findings: FindingSink<BagitCode>, meter: Meter): Promise<SpotList | null> {
  let isUnsafe = false;
  try {
    const spots = await readDirectory(reader, size, (path, message, isLoose = false) => {
      findings.add(isLoose ? 'BAGIT_ARCHIVE_LOOSE' : 'BAGIT_ARCHIVE_UNSAFE', path, message);
      // What is wrong with one name is left out; what is wrong with the whole lets nothing be trusted.
      isUnsafe ||= !isLoose && path === '';
    }, meter);
    return isUnsafe ? null : spots;
  } catch (error) {
    // What yauzl refuses is a plain Error, and a place outside the file a RangeError; anything else is a mistake here.
    if (!(error instanceof Error) || error instanceof TypeError || error instanceof ReferenceError) throw error;
    meter.check();
    findings.add('BAGIT_ARCHIVE_UNREADABLE', '', `The zip file cannot be read: ${error.message.replace(/\.$/, '')}.`);
    return null;
  }
}

interface Opened {
  readonly path: string;
  readonly fd: number;
  readonly reader: WindowReader;
  readonly meter: Meter;
  readonly pool: Pool;
}

class ZipBag implements BagSource {
  readonly files = new FileTable();
  readonly #opened: Opened;
  readonly #spots: SpotList;
  /** By file: its place in the list. */
  readonly #places: number[] = [];

  constructor(opened: Opened, spots: SpotList, findings: FindingSink<BagitCode>) {
    this.#opened = opened;
    this.#spots = spots;
    const folder = bagFolderIn(spots.names());
    reportFolder(folder, spots.names().filter((name) => !name.startsWith(folder)), findings);
    for (const [place, name] of spots.names().entries()) if (name.startsWith(folder)) this.#add(place, name.slice(folder.length), findings);
  }

  async *pieces(file: number): AsyncGenerator<Uint8Array> {
    const entry = this.#entry(file);
    let read = 0;
    let crc = 0;
    for await (const piece of this.#piecesOf(entry)) {
      read += piece.length;
      crc = crc32(piece, crc);
      yield piece;
    }
    if (read !== entry.size || crc !== entry.crc) throw new BrokenFile('it cannot be unpacked whole');
  }

  async hash(plan: HashPlan): Promise<void> {
    const { path, meter, pool } = this.#opened;
    const isLarge = (file: number): boolean => !this.#entry(file).stored && Math.max(this.#entry(file).size, this.#entry(file).packedSize) > SMALL;
    const from = (batch: readonly number[]): { file: string; ranges: { start: number; size: number; packed: number | null; crc: number }[] } => ({
      file: path,
      ranges: batch.map((file) => this.#entry(file)).map(({ start, size, stored, packedSize, crc }) => ({ start, size, packed: stored ? null : packedSize, crc })),
    });
    await hashInThreads(plan, this.files, from, (file) => !isLarge(file), meter, pool);
    for (const [file] of this.files.entries()) {
      if (this.files.isThere(file) && isLarge(file) && plan.wanted(file) !== 0) await this.#hashLarge(plan, file);
    }
  }

  close(): void {
    closeSync(this.#opened.fd);
  }

  #add(place: number, path: string, findings: FindingSink<BagitCode>): void {
    const { size, start } = this.#spots.at(place);
    if (path === '') return;
    if (path.endsWith('/')) this.files.addFolder(path.slice(0, -1));
    else if (start === null) findings.add('BAGIT_ARCHIVE_UNSAFE', path, 'This file is described differently at its place and in the directory of the zip file.');
    else if (this.files.add(path, size)) this.#places.push(place);
    else findings.add('BAGIT_ARCHIVE_UNSAFE', path, 'The zip file holds this name twice.');
  }

  /** Files that are there have the first numbers, in the order in which they were added. */
  #entry(file: number): Spot & { readonly start: number } {
    const spot = this.#spots.at(this.#places[file] ?? -1);
    return { ...spot, start: spot.start ?? 0 };
  }

  #piecesOf(entry: Spot & { readonly start: number }): AsyncGenerator<Uint8Array> {
    return entry.stored ? storedPieces(this.#opened.fd, entry) : inflatedPieces(this.#opened.reader, entry);
  }

  async #hashLarge(plan: HashPlan, file: number): Promise<void> {
    const { meter } = this.#opened;
    const sum = new StreamHash(plan, plan.wanted(file));
    try {
      for await (const piece of this.pieces(file)) {
        sum.update(piece);
        meter.add(0, piece.length);
        meter.check();
      }
      plan.hashed(file, sum.digests());
    } catch (error) {
      if (!(error instanceof BrokenFile)) throw error;
      plan.failed(file, error.message);
    }
    meter.add(1, 0);
  }
}
