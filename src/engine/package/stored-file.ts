import { createHash, hash } from 'node:crypto';
import { close, closeSync, constants, open, openSync, read, readSync } from 'node:fs';
import { open as openHandle } from 'node:fs/promises';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Sha256 } from '../../contract/index.ts';
import { damaged, stopIfAsked, unreadable } from './words.ts';

/** A file in the store, and what its bytes must be. */
export interface StoredFile {
  readonly stored: string;
  /** Octets. */
  readonly size: number;
  readonly sha256: Sha256;
  /** As people know it; continues "The stored bytes of …". */
  readonly what: string;
}

/** Files up to this size are read whole, so that their check sum is known before they are written. */
export const WHOLE_BYTES = 1 << 20;
const CHUNK_BYTES = 1 << 20;

/**
 * All bytes of a small file, checked. Throws STORED_DAMAGED, or what keeps it from being read. Callbacks: with promises 20,000 small files take twice as long.
 */
export async function readWhole(file: StoredFile): Promise<Uint8Array> {
  let bytes;
  try {
    bytes = await contentOf(file.stored, file.size);
  } catch (error) {
    throw unreadable(error, file.what, file.stored);
  }
  check(file, bytes.length, () => hash('sha256', bytes));
  return bytes;
}

/** The same without waiting: on a local disk a small file is read in less time than it takes to wait for it. */
function readWholeNow(file: StoredFile): Uint8Array {
  let bytes;
  try {
    bytes = contentNow(file.stored, file.size);
  } catch (error) {
    throw unreadable(error, file.what, file.stored);
  }
  check(file, bytes.length, () => hash('sha256', bytes));
  return bytes;
}

function contentNow(path: string, size: number): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.allocUnsafe(size + 1);
    let total = 0;
    for (let count = -1; count !== 0 && total <= size; total += count) {
      count = readSync(descriptor, buffer, total, buffer.length - total, total);
      // One byte more was asked for, so that the expected size is the end of the file.
      if (total + count === size) return buffer.subarray(0, size);
    }
    return buffer.subarray(0, total);
  } finally {
    closeSync(descriptor);
  }
}

/** The first `size` + 1 bytes, or as many as there are. */
function contentOf(path: string, size: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A pipe in the place of a file would block the thread for ever without O_NONBLOCK (which Windows does not have).
    open(path, constants.O_RDONLY | constants.O_NONBLOCK, (openError, descriptor) => {
      if (openError !== null) {
        reject(openError);
        return;
      }
      const buffer = Buffer.allocUnsafe(size + 1);
      const finish = (readError: Error | null, total: number): void => {
        close(descriptor, (closeError) => {
          const error = readError ?? closeError ?? null;
          if (error === null) resolve(buffer.subarray(0, total));
          else reject(error);
        });
      };
      const readOn = (total: number): void => {
        read(descriptor, buffer, total, buffer.length - total, total, (error, count) => {
          if (error !== null) finish(error, 0);
          // One byte more was asked for, so that the expected size is the end of the file; asking again would take as long as the reading did.
          else if (count === 0 || total + count >= size) finish(null, total + count);
          else readOn(total + count);
        });
      };
      readOn(0);
    });
  });
}

/**
 * The bytes of a file in pieces, hashed as they pass; the next piece is read while one is being used. A piece is good until the next but one is asked for.
 * Throws STORED_DAMAGED, at the latest after the last piece, what keeps it from being read, or CancelledError.
 */
export async function* readChunks(file: StoredFile, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const running = createHash('sha256');
  const buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;
  let total = 0;
  const handle = await openHandle(file.stored, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(error, file.what, file.stored);
  });
  const readAt = (position: number, turn: number) => {
    const pending = handle.read(buffers[turn % 2] ?? buffers[0], 0, CHUNK_BYTES, position);
    // Awaited below; when the reader stops early, in `finally`.
    pending.catch(() => undefined);
    return pending;
  };
  let pending = readAt(0, 0);
  try {
    for (let turn = 1; ; turn++) {
      stopIfAsked(signal);
      const { bytesRead, buffer } = await pending.catch((error: unknown) => {
        throw unreadable(error, file.what, file.stored);
      });
      if (bytesRead === 0) break;
      total += bytesRead;
      if (total > file.size) break;
      pending = readAt(total, turn);
      const chunk = buffer.subarray(0, bytesRead);
      running.update(chunk);
      yield chunk;
    }
    check(file, total, () => running.digest('hex'));
  } finally {
    await Promise.allSettled([pending]);
    await handle.close();
  }
}

function check(file: StoredFile, size: number, digest: () => string): void {
  if (size !== file.size) {
    const how = size > file.size ? `more than the ${file.size} bytes that it should have` : `${size} bytes instead of ${file.size}`;
    throw damaged(file.what, file.stored, `there are ${how}`, { expected: file.size });
  }
  const found = digest();
  if (found !== file.sha256) {
    throw damaged(file.what, file.stored, `their SHA-256 is ${found} instead of ${file.sha256}`, { expected: file.sha256, found });
  }
}

/** What comes out of `readAhead`: a small file's bytes, or null for one that is to be read with `readChunks`. */
export interface Ahead<T> {
  readonly item: T;
  readonly whole: Uint8Array | null;
}

const AHEAD_FILES = 32;
const AHEAD_BYTES = 8 * WHOLE_BYTES;

/** Small files of a local disk that are read between two turns of the event loop: a few milliseconds. */
const NOW_FILES = 64;

/** Files one after another, from a local disk. In order. */
export async function* readNow<T extends StoredFile>(items: AsyncIterable<T>): AsyncGenerator<Ahead<T>> {
  let count = 0;
  for await (const item of items) {
    if (++count % NOW_FILES === 0) await turnOfLoop();
    yield { item, whole: item.size <= WHOLE_BYTES ? readWholeNow(item) : null };
  }
}

/**
 * Reads small files before they are asked for, so that opening one does not wait for another (on a share each takes a round trip). In order. Memory: at most 8 MiB and
 * 32 open files. Nothing is open any more when the iteration has ended, however it ended.
 */
export async function* readAhead<T extends StoredFile>(items: AsyncIterable<T>): AsyncGenerator<Ahead<T>> {
  const source = items[Symbol.asyncIterator]();
  const queue: { item: T; whole: Promise<Uint8Array> | null }[] = [];
  let bytes = 0;
  let ended = false;
  try {
    while (true) {
      while (!ended && queue.length < AHEAD_FILES && bytes < AHEAD_BYTES) {
        const next = await source.next();
        if (next.done === true) {
          ended = true;
          break;
        }
        const item = next.value;
        const whole = item.size <= WHOLE_BYTES ? readWhole(item) : null;
        // Awaited when its turn comes; when the reader stops early, in `finally`.
        whole?.catch(() => undefined);
        queue.push({ item, whole });
        if (whole !== null) bytes += item.size;
      }
      const first = queue[0];
      if (first === undefined) return;
      const whole = first.whole === null ? null : await first.whole;
      queue.shift();
      if (whole !== null) bytes -= whole.length;
      yield { item: first.item, whole };
    }
  } finally {
    await Promise.allSettled(queue.flatMap(({ whole }) => whole ?? []));
    await source.return?.();
  }
}
