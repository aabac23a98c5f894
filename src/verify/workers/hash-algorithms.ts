import { closeSync, openSync, readSync } from 'node:fs';
import type { Hash } from 'node:crypto';
import { createHash, hash } from 'node:crypto';
import { crc32, inflateRawSync } from 'node:zlib';
import { unreadable } from '../read.ts';
import type { FileProblem } from './hash-files.ts';

/** Files to be hashed with several algorithms at once, each read once: those of a bag with several manifests. */
export interface HashAlgorithms {
  readonly kind: 'hashAlgorithms';
  /** As Node calls them, with the bytes of a digest. */
  readonly algorithms: readonly { readonly hash: string; readonly bytes: number }[];
  readonly from:
    | { readonly folder: string; /** Below the folder, separated by NUL, which no file name holds. */ readonly names: string }
    | { readonly file: string; readonly ranges: readonly PackedRange[] };
}

/** A file that stands in a larger one. */
export interface PackedRange {
  readonly start: number;
  /** Bytes of the file itself. */
  readonly size: number;
  /** Bytes that it takes where it stands, packed with deflate; null where it stands as it is. Small: the whole of it is unpacked at once. */
  readonly packed: number | null;
  /** CRC-32 that the archive gives; null where it gives none. */
  readonly crc: number | null;
}

export interface HashAlgorithmsResult {
  /** Bytes of files, those left out that were told along the way. */
  readonly bytes: number;
  /** For each file the digests in the order of the algorithms, end to end; zeros where there is a problem. */
  readonly digests: Uint8Array<ArrayBuffer>;
  readonly problems: readonly FileProblem[];
}

/** How many bytes of one large file pass before they are told, so that a bar moves during it. */
const TELL_EVERY = 64 * 1024 * 1024;

/** What zlib takes at least. More than the file needs would be memory that is given up as fast as it is taken. */
const LEAST_CHUNK = 64;

type Tell = (bytes: number) => void;
type Algorithms = HashAlgorithms['algorithms'];

/** @param tell is handed bytes that were read of a file not yet at its end */
export function hashAlgorithms({ algorithms, from }: HashAlgorithms, buffer: Uint8Array, tell: Tell): HashAlgorithmsResult {
  const stride = algorithms.reduce((sum, { bytes }) => sum + bytes, 0);
  const count = 'ranges' in from ? from.ranges.length : from.names.split('\0').length;
  const digests = new Uint8Array(count * stride);
  const problems: FileProblem[] = [];
  let bytes = 0;
  const done = (index: number, { parts, untold }: Hashed): void => {
    bytes += untold;
    let at = index * stride;
    for (const part of parts) {
      digests.set(part, at);
      at += part.length;
    }
  };
  const fail = (index: number, error: unknown): void => {
    const { why, detail } = error instanceof RangeProblem ? { why: 'unreadable', detail: error.message } : unreadable(error);
    problems.push({ index, problem: why === 'missing' ? 'missing' : 'unreadable', detail });
  };
  const each = (index: number, work: () => Hashed): void => {
    try {
      done(index, work());
    } catch (error) {
      fail(index, error);
    }
  };
  if ('ranges' in from) eachRange(from, (index, fd, range) => { each(index, () => hashRange(fd, range, algorithms, buffer, tell)); }, fail);
  else for (const [index, name] of from.names.split('\0').entries()) each(index, () => hashWhole(`${from.folder}/${name}`, algorithms, buffer, tell));
  return { bytes, digests, problems };
}

interface Hashed {
  readonly parts: readonly Uint8Array[];
  readonly untold: number;
}

/** What is wrong with a range; the message is a part of a sentence. */
class RangeProblem extends Error {}

function eachRange(from: { readonly file: string; readonly ranges: readonly PackedRange[] }, work: (index: number, fd: number, range: PackedRange) => void, fail: (index: number, error: unknown) => void): void {
  let fd: number;
  try {
    fd = openSync(from.file, 'r');
  } catch (error) {
    for (const index of from.ranges.keys()) fail(index, error);
    return;
  }
  try {
    for (const [index, range] of from.ranges.entries()) work(index, fd, range);
  } finally {
    closeSync(fd);
  }
}

function hashWhole(path: string, algorithms: Algorithms, buffer: Uint8Array, tell: Tell): Hashed {
  const fd = openSync(path, 'r');
  try {
    return hashPieces(algorithms, buffer, tell, (into) => readSync(fd, into, 0, into.length, null)).hashed;
  } finally {
    closeSync(fd);
  }
}

function hashRange(fd: number, { start, size, packed, crc }: PackedRange, algorithms: Algorithms, buffer: Uint8Array, tell: Tell): Hashed {
  if (packed !== null) return hashUnpacked(fd, { start, size, packed, crc }, algorithms, buffer);
  let at = 0;
  const { hashed, check } = hashPieces(algorithms, buffer, tell, (into) => {
    const room = Math.min(into.length, size - at);
    const got = room === 0 ? 0 : readSync(fd, into, 0, room, start + at);
    at += got;
    return got;
  }, crc !== null);
  if (at < size) throw new RangeProblem('the archive ends before it');
  if (crc !== null && check !== crc) throw new RangeProblem('its check sum in the archive is wrong');
  return hashed;
}

function hashUnpacked(fd: number, { start, size, packed, crc }: PackedRange & { readonly packed: number }, algorithms: Algorithms, buffer: Uint8Array): Hashed {
  const bytes = packed <= buffer.length ? buffer.subarray(0, packed) : Buffer.allocUnsafe(packed);
  let filled = 0;
  while (filled < packed) {
    const got = readSync(fd, bytes, filled, packed - filled, start + filled);
    if (got === 0) throw new RangeProblem('the archive ends before it');
    filled += got;
  }
  let whole: Buffer;
  try {
    // The limit keeps a few bytes from becoming gigabytes.
    whole = size === 0 && packed === 0 ? Buffer.alloc(0) : inflateRawSync(bytes, { maxOutputLength: Math.max(1, size), chunkSize: Math.max(LEAST_CHUNK, size) });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new RangeProblem('it cannot be unpacked');
  }
  if (whole.length !== size || (crc !== null && crc32(whole) !== crc)) throw new RangeProblem('it cannot be unpacked whole');
  return { parts: algorithms.map((one) => hash(one.hash, whole, 'buffer')), untold: size };
}

/** @param read fills a part of the buffer and answers how much, 0 at the end */
function hashPieces(algorithms: Algorithms, buffer: Uint8Array, tell: Tell, read: (into: Uint8Array) => number, wantsCheck = false): { hashed: Hashed; check: number } {
  let filled = 0;
  for (let got = 1; got > 0 && filled < buffer.length; filled += got) got = read(buffer.subarray(filled));
  if (filled < buffer.length) {
    const whole = buffer.subarray(0, filled);
    return { hashed: { parts: algorithms.map((one) => hash(one.hash, whole, 'buffer')), untold: filled }, check: wantsCheck ? crc32(whole) : 0 };
  }
  const sums: Hash[] = algorithms.map((one) => createHash(one.hash));
  let untold = 0;
  let check = 0;
  for (let got = filled; got > 0; got = read(buffer)) {
    const piece = buffer.subarray(0, got);
    for (const sum of sums) sum.update(piece);
    if (wantsCheck) check = crc32(piece, check);
    untold += got;
    if (untold >= TELL_EVERY) {
      tell(untold);
      untold = 0;
    }
  }
  return { hashed: { parts: sums.map((sum) => sum.digest()), untold }, check };
}
