import type { Dirent } from 'node:fs';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** Reading for the check: synchronous, bounded, and with the ways in which a file can fail told apart. */

/** 4 MiB: large enough that system calls do not count, small enough for one per thread. */
export const CHUNK = 4 * 1024 * 1024;

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

/** The names in a folder in no order; null where there is no such folder. */
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
