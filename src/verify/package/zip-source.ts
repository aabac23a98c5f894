import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { crc32, createInflateRaw } from 'node:zlib';
import { pipeline } from 'node:stream';
import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Pool } from '../workers/pool.ts';
import type { Expected, PackageSource, SourceProblem } from './source.ts';
import { problemsOf, readPiecesOf } from './source.ts';
import type { ZipFileEntry } from './zip-entries.ts';
import { listZip } from './zip-entries.ts';
import { WindowReader } from './zip-reader.ts';

const PIECE = 256 * 1024;

/** A package in one zip file. Stored entries, as the program writes them, are hashed in threads; packed ones, as a mail gateway makes them, here. Null, with findings, where it cannot be read. */
export async function openZip(path: string, findings: Findings, meter: Meter, pool: Pool): Promise<PackageSource | null> {
  const fd = openSync(path, 'r');
  const reader = new WindowReader(fd, path);
  const listed = await listZip(reader, fstatSync(fd).size, findings, meter).catch((error: unknown) => {
    closeSync(fd);
    throw error;
  });
  if (listed === null) {
    closeSync(fd);
    return null;
  }
  return new ZipSource(path, fd, listed.files, reader, meter, pool);
}

class ZipSource implements PackageSource {
  readonly files: ReadonlyMap<string, number>;
  readonly #path: string;
  readonly #fd: number;
  readonly #entries = new Map<string, ZipFileEntry>();
  readonly #reader: WindowReader;
  readonly #meter: Meter;
  readonly #pool: Pool;

  constructor(path: string, fd: number, entries: readonly ZipFileEntry[], reader: WindowReader, meter: Meter, pool: Pool) {
    this.#path = path;
    this.#fd = fd;
    this.#reader = reader;
    this.#meter = meter;
    this.#pool = pool;
    for (const entry of entries) this.#entries.set(entry.path, entry);
    this.files = new Map(entries.map((entry) => [entry.path, entry.size]));
  }

  read(path: string, limit: number): ReturnType<typeof readPiecesOf> {
    return readPiecesOf(this, path, limit);
  }

  async *pieces(path: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    if (entry.stored) yield* storedPieces(this.#fd, entry);
    else yield* inflatedPieces(this.#reader, entry);
  }

  async hash(files: readonly Expected[]): Promise<readonly SourceProblem[]> {
    const stored = files.filter(({ path }) => this.#entries.get(path)?.stored === true);
    const problems: SourceProblem[] = await this.#hashStored(stored);
    for (const file of files) {
      const entry = this.#entries.get(file.path);
      if (entry === undefined) problems.push({ path: file.path, problem: 'missing', detail: 'it is not there' });
      else if (!entry.stored) problems.push(...(await this.#hashPacked(file, entry)));
    }
    return problems;
  }

  close(): void {
    closeSync(this.#fd);
  }

  async #hashStored(files: readonly Expected[]): Promise<SourceProblem[]> {
    if (files.length === 0) return [];
    const ranges = files.map(({ path }) => this.#entries.get(path)).filter((entry) => entry !== undefined).map(({ start, size, crc }) => ({ start, size, crc }));
    await this.#pool.room();
    this.#meter.check();
    const result = await this.#pool.run({ kind: 'hashRanges', file: this.#path, ranges });
    this.#meter.add(files.length, result.bytes);
    return problemsOf(files, result);
  }

  async #hashPacked({ path, digest }: Expected, entry: ZipFileEntry): Promise<SourceProblem[]> {
    const sum = createHash('sha256');
    let size = 0;
    let crc = 0;
    for await (const piece of inflatedPieces(this.#reader, entry)) {
      sum.update(piece);
      size += piece.length;
      crc = crc32(piece, crc);
      this.#meter.check();
    }
    this.#meter.add(1, size);
    const found = sum.digest();
    if (size !== entry.size || crc !== entry.crc) return [{ path, problem: 'unreadable', detail: 'it cannot be unpacked whole' }];
    return Buffer.compare(found, digest) === 0 ? [] : [{ path, problem: 'altered', detail: found.toString('hex') }];
  }
}

/** The bytes of an entry that stands as it is; ends early where the file does. */
export async function* storedPieces(fd: number, { start, size }: Pick<ZipFileEntry, 'start' | 'size'>): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE, Math.max(1, size)));
  for (let done = 0; done < size; ) {
    const read = readSync(fd, buffer, 0, Math.min(buffer.length, size - done), start + done);
    if (read === 0) return;
    done += read;
    yield buffer.subarray(0, read);
    await Promise.resolve();
  }
}

/** Unpacks; ends early where the packed bytes are damaged or give more than the zip says, so that a few bytes cannot become terabytes. */
export async function* inflatedPieces(reader: WindowReader, entry: Pick<ZipFileEntry, 'start' | 'size' | 'packedSize'>): AsyncGenerator<Uint8Array> {
  if (entry.packedSize === 0) return;
  const inflate = createInflateRaw();
  // Errors end the iteration below; pipeline is there to close the file.
  pipeline(reader._readStreamForRange(entry.start, entry.start + entry.packedSize), inflate, () => undefined);
  let size = 0;
  try {
    for await (const piece of inflate) {
      if (!Buffer.isBuffer(piece)) continue;
      size += piece.length;
      if (size > entry.size) return;
      yield piece;
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
