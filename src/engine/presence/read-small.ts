import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Text and modification time (by the file server's clock, ms) of a small file that anyone may have put there. Null for whatever is no plain file of at most `most`
 * octets: links are not followed, a pipe is not waited for, and of a huge file nothing is read.
 */
export async function readSmall(file: string, most: number): Promise<{ readonly text: string; readonly modified: number } | null> {
  try {
    // Windows has neither flag, and neither pipes nor links that an ordinary account could make.
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > most) return null;
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(most + 1), 0, most + 1, 0);
      // It may have grown since.
      return bytesRead > most ? null : { text: buffer.toString('utf8', 0, bytesRead), modified: stats.mtimeMs };
    } finally {
      await handle.close();
    }
  } catch {
    // Gone, closed to this account, or the share is away: nothing is known of it, and nobody's work depends on it.
    return null;
  }
}
