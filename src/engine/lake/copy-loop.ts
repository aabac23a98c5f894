import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BlockingDisk } from './disk.ts';
import { codeOf } from './durable.ts';

/**
 * Copying one file and hashing it in the same pass, with blocking calls, for worker threads. The bytes that are hashed are the bytes
 * that are written: both come from the same piece of memory, which was filled by one read. A copy is flushed before it is closed, or,
 * where a disk flushes many at once, not here: callers then flush in batches before they record anything.
 */

/** Where pieces of a file are put to be hashed: a buffer of this thread, or slots shared with a hashing thread. */
export interface Hasher {
  /** Size of every room. */
  readonly pieceBytes: number;
  /** Memory for the next piece. What an earlier call gave out is no longer needed by the caller. */
  room(): Uint8Array;
  /** The first `length` bytes of the last room are the next piece. The caller may still read them, not change them. */
  add(length: number): void;
  /** Lower-case hex SHA-256 of all pieces; the hasher then starts anew. Null where it was stopped. */
  digest(): string | null;
  /** Forgets the pieces and starts anew. */
  reset(): void;
}

/** How the copy talks to whoever ordered it. */
export interface Watch {
  /** True: give up at the next piece. */
  stopped(): boolean;
  /** So many bytes more have been read (fewer, where a negative number takes back what is read once more). */
  progressed(bytes: number): void;
}

/** Reading the source failed, with the system's code. Every other error that is thrown here concerns the copy. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: string;
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = codeOf(cause);
  }
}

/** What an opened source was when it was opened; compared again when all of it is read. Times are in ns since 1970. */
export interface OpenedSource {
  readonly path: string;
  readonly descriptor: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: bigint;
  readonly device: bigint;
}

export type Change = 'longer' | 'shorter' | 'rewritten' | 'replaced' | 'removed';

export type CopyResult =
  | { readonly kind: 'copied'; readonly sha256: string; readonly size: number }
  | { readonly kind: 'changed'; readonly how: Change }
  /** The target's name is in use, or a file stands where one of its folders should be. */
  | { readonly kind: 'occupied' | 'blocked' }
  | { readonly kind: 'stopped' };

/**
 * Opens a file for reading. Symbolic links are not followed, and a FIFO or a device does not make it wait. Answers what it is instead
 * where it is not an ordinary file. Throws SourceError.
 */
export function openSource(path: string): OpenedSource | 'symlink' | 'folder' | 'special' {
  let descriptor;
  try {
    // On Windows both are undefined, which `|` takes for 0; there a link is told from a file by the walk.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ELOOP' || codeOf(error) === 'EMLINK') return 'symlink';
    // The answer to opening a socket.
    if (codeOf(error) === 'ENXIO') return 'special';
    throw new SourceError(error);
  }
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    if (stat.isFile()) {
      return {
        path,
        descriptor,
        size: Number(stat.size),
        mtimeNs: stat.mtimeNs,
        ctimeNs: stat.ctimeNs,
        inode: stat.ino,
        device: stat.dev,
      };
    }
    closeSync(descriptor);
    return stat.isDirectory() ? 'folder' : 'special';
  } catch (error) {
    closeSync(descriptor);
    throw new SourceError(error);
  }
}

export function closeSource(source: OpenedSource): void {
  closeSync(source.descriptor);
}

/** Hashes a source without copying it. Throws SourceError. */
export function hashSource(source: OpenedSource, hasher: Hasher, watch: Watch): CopyResult {
  return readThrough(source, hasher, watch, () => undefined);
}

/**
 * Copies a source into a new file, making missing folders below `root`. Where the answer is not `copied`, or an error is thrown, the
 * new file is removed again; a folder that was made for it stays. Throws SourceError for the source; the system's error for the copy.
 * With `flush`, the bytes are durable when it answers `copied`.
 */
export function copyAndHash(disk: BlockingDisk, source: OpenedSource, target: string, root: string, hasher: Hasher, watch: Watch, flush: boolean): CopyResult {
  let descriptor: number | null = null;
  let result: CopyResult | null = null;
  try {
    if (source.size < hasher.pieceBytes) {
      // Small: all is read and found unchanged before a file is made.
      let piece: Uint8Array = new Uint8Array(0);
      result = readThrough(source, hasher, watch, (bytes) => (piece = bytes));
      if (result.kind !== 'copied') return result;
      const created = createIn(disk, target, root);
      if (typeof created === 'string') return (result = { kind: created });
      descriptor = created;
      if (piece.length > 0) disk.write(created, piece);
    } else {
      const created = createIn(disk, target, root);
      if (typeof created === 'string') return (result = { kind: created });
      descriptor = created;
      result = readThrough(source, hasher, watch, (bytes) => disk.write(created, bytes));
    }
    if (result.kind === 'copied') {
      if (flush) disk.sync(descriptor);
      const written = descriptor;
      descriptor = null;
      closeOrRemove(disk, written, target);
    }
    return result;
  } finally {
    if (descriptor !== null) discard(disk, descriptor, target);
  }
}

function readThrough(source: OpenedSource, hasher: Hasher, watch: Watch, use: (bytes: Uint8Array) => void): CopyResult {
  hasher.reset();
  let size = 0;
  let reads = 0;
  for (;;) {
    const room = hasher.room();
    if (watch.stopped()) return { kind: 'stopped' };
    const piece = readPiece(source, room, size);
    const { length } = piece;
    reads += piece.reads;
    if (length > 0) {
      hasher.add(length);
      use(room.subarray(0, length));
      size += length;
      watch.progressed(length);
    }
    // A short read is the end of an ordinary file; where it was not, the size does not fit and the file counts as changed.
    // A file that grows as fast as it is read would never end.
    if (length < room.length || size > source.size) break;
  }
  const how = changeOf(source, size, reads);
  if (how !== null) return { kind: 'changed', how };
  const sha256 = hasher.digest();
  return sha256 === null ? { kind: 'stopped' } : { kind: 'copied', sha256, size };
}

function readPiece(source: OpenedSource, room: Uint8Array, at: number): { readonly length: number; readonly reads: number } {
  let length = 0;
  try {
    // Shares answer with less than was asked for; pieces are filled, so that only the last one is short.
    for (let reads = 1; ; reads++) {
      const more = readSync(source.descriptor, room, length, room.length - length, at + length);
      length += more;
      if (more === 0 || length === room.length || at + length >= source.size) return { length, reads };
    }
  } catch (error) {
    throw new SourceError(error);
  }
}

/** What happened to a source since it was opened, of which `size` bytes were read to its end in so many calls; null: nothing. */
function changeOf(source: OpenedSource, size: number, reads: number): Change | null {
  const after = look(() => fstatSync(source.descriptor, { bigint: true }));
  const length = Number(after.size);
  if (length > source.size || size > source.size) return 'longer';
  if (length < source.size || size < source.size) return 'shorter';
  const isSame = after.mtimeNs === source.mtimeNs && after.ctimeNs === source.ctimeNs;
  // What was read in one go is whole, whatever the name stands for by now; and where the name went, the file's own change time says that too.
  if (isSame && reads <= 1) return null;
  const named = look(() => lstatSync(source.path, { bigint: true, throwIfNoEntry: false }));
  if (named === undefined) return 'removed';
  if (named.ino !== source.inode || named.dev !== source.device) return 'replaced';
  return isSame ? null : 'rewritten';
}

function look<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new SourceError(error);
  }
}

/** Creates the target, and the folders between it and `root` where they are missing; `root` itself is never made: if it is gone, so is the lake. */
function createIn(disk: BlockingDisk, target: string, root: string): number | 'occupied' | 'blocked' {
  for (let attempt = 1; ; attempt++) {
    try {
      return disk.createExclusive(target);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST') return 'occupied';
      if (code === 'ENOTDIR') return 'blocked';
      if (code !== 'ENOENT' || attempt > 1) throw error;
    }
    if (!makeFolders(disk, dirname(target), root)) return 'blocked';
  }
}

function makeFolders(disk: BlockingDisk, folder: string, root: string): boolean {
  if (folder.length <= root.length) return true;
  try {
    disk.mkdir(folder);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return lstatSync(folder).isDirectory();
    if (code === 'ENOTDIR') return false;
    if (code !== 'ENOENT' || dirname(folder).length <= root.length) throw error;
  }
  if (!makeFolders(disk, dirname(folder), root)) return false;
  return makeFolders(disk, folder, root);
}

/** NFS and SMB report some failed writes (a quota, a full disk) only when the file is closed. */
function closeOrRemove(disk: BlockingDisk, descriptor: number, target: string): void {
  try {
    disk.close(descriptor);
  } catch (error) {
    attempt(() => disk.unlink(target));
    throw error;
  }
}

/** Best effort: what cannot be removed is named by no journal, so that nothing takes it for a staged file. */
function discard(disk: BlockingDisk, descriptor: number, target: string): void {
  attempt(() => disk.close(descriptor));
  attempt(() => disk.unlink(target));
}

function attempt(call: () => void): unknown {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
}
