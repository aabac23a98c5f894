import { open } from 'node:fs/promises';

/**
 * Small files by as few calls as there can be: opening, one read, closing. Each call is a task of another thread, and over a share often a way to the server and back; a first
 * opening makes them for three files of every entry.
 */

/** Most entries, bodies and salts are shorter. */
const FIRST_BYTES = 4 * 1024;

/**
 * The bytes of a file, or null where it has more than `most`. Its size is not asked for: what `isWhole` says yes to is all of it, and where it says no, reading goes on until nothing more comes. A share
 * may answer a read with less than there is, so `isWhole` must know the bytes of a file from a beginning of them. Throws the system's errors. The file is closed behind whoever
 * waits for the bytes.
 */
export async function readSmall(path: string, most: number, isWhole: (bytes: Buffer) => boolean): Promise<Buffer | null> {
  const handle = await open(path, 'r');
  try {
    let buffer = Buffer.allocUnsafe(FIRST_BYTES);
    for (let size = 0; ; ) {
      const { bytesRead } = await handle.read(buffer, size, buffer.length - size, null);
      size += bytesRead;
      if (size > most) return null;
      const bytes = buffer.subarray(0, size);
      if (bytesRead === 0 || (size < buffer.length && isWhole(bytes))) return bytes;
      if (size === buffer.length) buffer = Buffer.concat([bytes], size * 2);
    }
  } finally {
    void handle.close().catch(() => undefined);
  }
}
