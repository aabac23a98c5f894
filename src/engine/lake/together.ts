import { createHash } from 'node:crypto';
import type { Sha256 } from '../../contract/index.ts';
import type { WriteHandle } from './disk.ts';
import { retryTransient } from './durable.ts';
import type { Content, Durable, Written } from './durable.ts';
import { noteSilence } from './silence.ts';

/** What is waited for side by side: over a share each call is a round trip, and most of them need not follow one another. */

/** Waits for both, then answers what they came to, or throws what went wrong: nothing is under way any more then. */
export async function bothDone<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

/** Files that are flushed side by side. Each stays open until then: to open it again would be another round trip, and a share that is told to close a file flushes it at once. */
export class FlushTogether {
  readonly #durable: Pick<Durable, 'place' | 'disk' | 'clock'>;
  readonly #open: WriteHandle[] = [];

  constructor(durable: Pick<Durable, 'place' | 'disk' | 'clock'>) {
    this.#durable = durable;
  }

  /** Writes a file, over whatever stands there; neither bytes nor name are durable before `flush`. Its time is not known yet (0). */
  async write(path: string, content: Content): Promise<Written> {
    const { place, disk, clock } = this.#durable;
    const handle = await retryTransient(place, clock, () => disk.create(path, 'truncate'));
    this.#open.push(handle);
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of content instanceof Uint8Array ? [content] : content) {
      await noteSilence(place, clock, () => handle.write(chunk));
      hash.update(chunk);
      size += chunk.length;
    }
    return { size, sha256: hash.digest('hex') as Sha256, modified: 0 };
  }

  /** Makes the bytes of all that was written durable, and the names in these folders; answers the file server's time, ms. */
  async flush(folders: readonly string[]): Promise<number> {
    const { place, disk, clock } = this.#durable;
    const flushed = this.#open.splice(0).map(async (handle) => {
      try {
        await noteSilence(place, clock, () => handle.sync());
        return await handle.modified();
      } finally {
        await handle.close();
      }
    });
    const named = folders.map((folder) => noteSilence(place, clock, () => disk.syncFolder(folder)).then(() => 0));
    const all = [...flushed, ...named];
    await Promise.allSettled(all);
    return Math.max(0, ...(await Promise.all(all)));
  }

  /** Closes what was not flushed, where the work is given up: why, is being told; a full share says it once more here. */
  async close(): Promise<void> {
    for (const handle of this.#open.splice(0)) await handle.close().catch(() => undefined);
  }
}
