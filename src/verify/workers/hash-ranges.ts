import { closeSync, openSync, readSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { unreadable } from '../read.ts';
import type { HashFilesResult } from './hash-files.ts';

/** Files that stand unpacked in one larger file, as in a zip that stores its entries. */
export interface HashRanges {
  readonly kind: 'hashRanges';
  /** Absolute path of the larger file. */
  readonly file: string;
  readonly ranges: readonly Range[];
}

export interface Range {
  readonly start: number;
  readonly size: number;
  /** CRC-32 that the zip gives. */
  readonly crc: number;
}

export function hashRanges(task: HashRanges, buffer: Uint8Array): HashFilesResult {
  const digests = new Uint8Array(task.ranges.length * 32);
  let fd: number;
  try {
    fd = openSync(task.file, 'r');
  } catch (error) {
    const { detail } = unreadable(error);
    return { bytes: 0, digests, problems: task.ranges.map((_, index) => ({ index, problem: 'unreadable', detail })) };
  }
  const problems: HashFilesResult['problems'][number][] = [];
  let bytes = 0;
  try {
    for (const [index, range] of task.ranges.entries()) {
      const { digest, crc, read } = hashRange(fd, range, buffer);
      bytes += read;
      digests.set(digest, index * 32);
      if (read < range.size) problems.push({ index, problem: 'unreadable', detail: 'the file ends before it' });
      else if (crc !== range.crc) problems.push({ index, problem: 'unreadable', detail: 'its check sum in the zip is wrong' });
    }
  } finally {
    closeSync(fd);
  }
  return { bytes, digests, problems };
}

function hashRange(fd: number, { start, size }: Range, buffer: Uint8Array): { digest: Buffer; crc: number; read: number } {
  const sum = createHash('sha256');
  let crc = 0;
  let read = 0;
  while (read < size) {
    const got = readSync(fd, buffer, 0, Math.min(buffer.length, size - read), start + read);
    if (got === 0) break;
    const piece = buffer.subarray(0, got);
    sum.update(piece);
    crc = crc32(piece, crc);
    read += got;
  }
  return { digest: sum.digest(), crc, read };
}
