import { closeSync, fstatSync, openSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Spot } from '../package/zip-entries.ts';
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

async function spotsIn(reader: WindowReader, size: number, findings: FindingSink<BagitCode>, meter: Meter): Promise<readonly Spot[] | null> {
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
  readonly #entries: ZipPlaces;

  constructor(opened: Opened, spots: readonly Spot[], findings: FindingSink<BagitCode>) {
    this.#opened = opened;
    this.#entries = new ZipPlaces(spots.length);
    const folder = bagFolderIn(namesOf(spots));
    reportFolder(folder, spots.filter(({ name }) => !name.startsWith(folder)).map(({ name }) => name), findings);
    for (const spot of spots) if (spot.name.startsWith(folder)) this.#add(spot, spot.name.slice(folder.length), findings);
  }

  async *pieces(file: number): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.at(file);
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
    const isLarge = (file: number): boolean => !this.#entries.at(file).stored && Math.max(this.#entries.at(file).size, this.#entries.at(file).packedSize) > SMALL;
    const from = (batch: readonly number[]): { file: string; ranges: { start: number; size: number; packed: number | null; crc: number }[] } => ({
      file: path,
      ranges: batch.map((file) => this.#entries.at(file)).map(({ start, size, stored, packedSize, crc }) => ({ start, size, packed: stored ? null : packedSize, crc })),
    });
    await hashInThreads(plan, this.files, from, (file) => !isLarge(file), meter, pool);
    for (const [file] of this.files.entries()) {
      if (this.files.isThere(file) && isLarge(file) && plan.wanted(file) !== 0) await this.#hashLarge(plan, file);
    }
  }

  close(): void {
    closeSync(this.#opened.fd);
  }

  #add(spot: Spot, path: string, findings: FindingSink<BagitCode>): void {
    if (path === '') return;
    if (path.endsWith('/')) this.files.addFolder(path.slice(0, -1));
    else if (!hasStart(spot)) findings.add('BAGIT_ARCHIVE_UNSAFE', path, 'This file is described differently at its place and in the directory of the zip file.');
    else if (this.files.add(path, spot.size)) this.#entries.add(spot);
    else findings.add('BAGIT_ARCHIVE_UNSAFE', path, 'The zip file holds this name twice.');
  }

  #piecesOf(entry: ZipPlace): AsyncGenerator<Uint8Array> {
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

/** Where a file stands in the zip. */
interface ZipPlace {
  readonly start: number;
  readonly size: number;
  readonly packedSize: number;
  readonly crc: number;
  readonly stored: boolean;
}

/** The places of files in the order of their numbers, side by side: objects would take several times the memory. */
class ZipPlaces {
  readonly #numbers: Float64Array;
  readonly #crcs: Uint32Array;
  readonly #stored: Uint8Array;
  #count = 0;

  constructor(most: number) {
    this.#numbers = new Float64Array(most * 3);
    this.#crcs = new Uint32Array(most);
    this.#stored = new Uint8Array(most);
  }

  add({ start, size, packedSize, crc, stored }: ZipPlace): void {
    this.#numbers.set([start, size, packedSize], this.#count * 3);
    this.#crcs[this.#count] = crc;
    this.#stored[this.#count] = stored ? 1 : 0;
    this.#count += 1;
  }

  at(file: number): ZipPlace {
    const [start = 0, size = 0, packedSize = 0] = this.#numbers.subarray(file * 3, file * 3 + 3);
    return { start, size, packedSize, crc: this.#crcs[file] ?? 0, stored: this.#stored[file] === 1 };
  }
}

function* namesOf(spots: readonly Spot[]): Generator<string> {
  for (const { name } of spots) yield name;
}

function hasStart(spot: Spot): spot is Spot & { readonly start: number } {
  return spot.start !== null;
}
