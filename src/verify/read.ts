import type { Dirent } from 'node:fs';
import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';

/** Reading for the check: synchronous, bounded, and with the ways in which a file can fail told apart. */

/** 256 KiB, which stays in a core's own cache: with 4 MiB, copying out of the system's memory took four times as long, and hashing a large file half as long again. */
export const CHUNK = 256 * 1024;

export type Unreadable = { readonly why: 'missing' | 'unreadable' | 'large'; readonly detail: string };
export type ReadResult = { readonly bytes: Buffer } | Unreadable;

/** The whole of a file of at most `limit` bytes. */
export function readWhole(path: string, limit: number): ReadResult {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    return unreadable(error);
  }
  try {
    const parts: Buffer[] = [];
    let total = 0;
    let room = Math.min(limit + 1, 4_000);
    for (;;) {
      const part = Buffer.allocUnsafe(room);
      const read = readSync(fd, part, 0, room, null);
      if (read === 0) break;
      parts.push(part.subarray(0, read));
      total += read;
      if (total > limit) return { why: 'large', detail: `it is larger than ${limit.toLocaleString('en-US')} bytes` };
      room = Math.min(limit + 1 - total, 1024 * 1024);
    }
    return { bytes: parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts, total) };
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(fd);
  }
}

/** The whole of a file of at most `limit` bytes, read into `buffer`, which must be larger than that: the bytes are good until it is used again. */
export function readInto(path: string, buffer: Uint8Array, limit: number): { readonly bytes: Uint8Array } | Unreadable {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    return unreadable(error);
  }
  try {
    const filled = fill(fd, buffer, 0, limit + 1);
    return filled > limit ? { why: 'large', detail: `it is larger than ${limit.toLocaleString('en-US')} bytes` } : { bytes: buffer.subarray(0, filled) };
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(fd);
  }
}

/** Reads into `buffer` from `at` on until `end` is reached or the file ends, since a share may answer with less than was asked for; answers where it stopped. */
export function fill(fd: number, buffer: Uint8Array, at: number, end: number): number {
  let filled = at;
  while (filled < end) {
    const read = readSync(fd, buffer, filled, end - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

/**
 * Hands a file to `take` piece by piece; each piece is only good during the call. Answers null when all was read, else why it was not.
 * What `take` throws goes through; answering false stops the reading.
 */
export function readPieces(path: string, buffer: Uint8Array, take: (piece: Uint8Array) => boolean | void): Unreadable | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    return unreadable(error);
  }
  try {
    for (;;) {
      let read: number;
      try {
        read = readSync(fd, buffer, 0, buffer.length, null);
      } catch (error) {
        return unreadable(error);
      }
      if (read === 0) return null;
      if (take(buffer.subarray(0, read)) === false) return null;
    }
  } finally {
    closeSync(fd);
  }
}

/** Bytes of a file; null for whatever is not one, or cannot be looked at. */
export function sizeOfFile(path: string): number | null {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? stat.size : null;
  } catch (error) {
    unreadable(error);
    return null;
  }
}

/** Only the names in a folder, in no order; null where there is no such folder. */
export function fileNamesIn(path: string): string[] | Unreadable | null {
  try {
    return readdirSync(path);
  } catch (error) {
    const found = unreadable(error);
    return found.why === 'missing' ? null : found;
  }
}

/** What is in a folder, in no order; null where there is no such folder. */
export function listFolder(path: string): Dirent[] | Unreadable | null {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    const found = unreadable(error);
    return found.why === 'missing' ? null : found;
  }
}

export function unreadable(error: unknown): Unreadable {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '') throw error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { why: 'missing', detail: 'it is not there' };
  if (code === 'EACCES' || code === 'EPERM') return { why: 'unreadable', detail: 'this account has no permission' };
  return { why: 'unreadable', detail: `the system answered ${code}` };
}
