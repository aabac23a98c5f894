import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { digestsLength, digestsOf, Digester } from '../ocfl/digests.ts';
import { unreadable } from '../read.ts';

/** Files to be hashed with several algorithms each. */
export interface DigestFiles {
  readonly kind: 'digestFiles';
  /** Absolute; the names are below it. */
  readonly folder: string;
  /** Separated by NUL, which no file name holds. */
  readonly names: string;
  /** For each name, the bits of the algorithms wanted. */
  readonly masks: Uint16Array;
}

export interface DigestProblem {
  readonly index: number;
  readonly problem: 'missing' | 'unreadable' | 'replaced';
  readonly detail: string;
}

export interface DigestFilesResult {
  /** Bytes read, those left out that were told along the way. */
  readonly bytes: number;
  /** All bytes read. */
  readonly total: number;
  /** For each name the digests of its mask, in the order of the algorithms; zeros where there is a problem. */
  readonly digests: Uint8Array<ArrayBuffer>;
  readonly problems: readonly DigestProblem[];
  /** Files that have another name too, with what is the same under all names. */
  readonly linked: readonly { readonly index: number; readonly file: string }[];
}

const TELL_EVERY = 64 * 1024 * 1024;
/** @param tell is handed bytes that were read of a file not yet at its end */
export function digestFiles(task: DigestFiles, buffer: Uint8Array, tell: (bytes: number) => void): DigestFilesResult {
  const names = task.names.split('\0');
  const digests = new Uint8Array(task.masks.reduce((sum, mask) => sum + digestsLength(mask), 0));
  const problems: DigestProblem[] = [];
  const linked: { index: number; file: string }[] = [];
  let [at, bytes, total] = [0, 0, 0];
  names.forEach((name, index) => {
    const mask = task.masks[index] ?? 0;
    try {
      const read = digestFile(`${task.folder}/${name}`, mask, buffer, tell);
      digests.set(read.digests, at);
      bytes += read.untold;
      total += read.total;
      if (read.file !== null) linked.push({ index, file: read.file });
    } catch (error) {
      if (error instanceof NotAFile) {
        problems.push({ index, problem: 'replaced', detail: error.message });
      } else {
        const { why, detail } = unreadable(error);
        problems.push({ index, problem: why === 'missing' ? 'missing' : 'unreadable', detail });
      }
    }
    at += digestsLength(mask);
  });
  return { bytes, total, digests, problems, linked };
}

/** Something else has taken the place of a file since its folder was listed. */
class NotAFile extends Error {
  override readonly name = 'NotAFile';
}

function digestFile(path: string, mask: number, buffer: Uint8Array, tell: (bytes: number) => void): { digests: Buffer; untold: number; total: number; file: string | null } {
  // Looked at before it is opened, since a pipe would be waited for, and after it, since a link would have been followed.
  const seen = lstatSync(path);
  if (!seen.isFile()) throw new NotAFile('it is not a file any more');
  const fd = openSync(path, 'r');
  try {
    const opened = fstatSync(fd);
    if (opened.ino !== seen.ino || opened.dev !== seen.dev) throw new NotAFile('another file took its place');
    const file = opened.nlink > 1 ? identity(fd) : null;
    let read = fill(fd, buffer);
    if (read < buffer.length) return { digests: digestsOf(mask, buffer.subarray(0, read)), untold: read, total: read, file };
    const sums = new Digester(mask);
    let [untold, total] = [0, 0];
    while (read > 0) {
      sums.update(buffer.subarray(0, read));
      untold += read;
      total += read;
      if (untold >= TELL_EVERY) {
        tell(untold);
        untold = 0;
      }
      read = readSync(fd, buffer, 0, buffer.length, null);
    }
    return { digests: sums.finish(), untold, total, file };
  } finally {
    closeSync(fd);
  }
}

/** What all names of one file have in common. Numbers of files are longer than a double holds on some systems. */
function identity(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${String(dev)}:${String(ino)}`;
}

/** Reads until the buffer is full or the file ends: a share may answer with less than was asked for. */
function fill(fd: number, buffer: Uint8Array): number {
  let filled = 0;
  for (;;) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, null);
    filled += read;
    if (read === 0 || filled === buffer.length) return filled;
  }
}
