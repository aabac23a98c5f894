import { createHash } from 'node:crypto';
import type { Sha256 } from '../../contract/index.ts';
import type { WriteHandle } from './disk.ts';
import { codeOf, retryTransient } from './durable.ts';
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
  /** Files that are being written. */
  readonly #begun: Promise<Written>[] = [];

  constructor(durable: Pick<Durable, 'place' | 'disk' | 'clock'>) {
    this.#durable = durable;
  }

  /**
   * Writes a file, over whatever stands there; neither bytes nor name are durable before `flush`. Its time is not known yet (0). What is short is not waited for, so that the next
   * can be made beside it: where that fails, `flush` throws.
   */
  async write(path: string, content: Content): Promise<Written> {
    const { bytes, rest } = beginningOf(content);
    if (rest !== null) return this.#write(path, both(bytes, rest));
    const begun = this.#write(path, bytes);
    begun.catch(() => undefined);
    this.#begun.push(begun);
    return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') as Sha256, modified: 0 };
  }

  async #write(path: string, content: Content): Promise<Written> {
    const { place, clock } = this.#durable;
    const handle = await this.#create(path);
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

  /** Over SMB to empty a file that is new would be two round trips more; over NFS to make one that has to be new is one more. */
  async #create(path: string): Promise<WriteHandle> {
    const { place, disk, clock } = this.#durable;
    const create = (how: 'exclusive' | 'truncate'): Promise<WriteHandle> => retryTransient(place, clock, () => disk.create(path, how));
    if (place.kind !== 'share' || place.name === 'nfs') return create('truncate');
    return create('exclusive').catch((error: unknown) => (codeOf(error) === 'EEXIST' ? create('truncate') : Promise.reject(error as Error)));
  }

  /** Makes the bytes of all that was written durable, and the names in these folders; answers the file server's time, ms. */
  async flush(folders: readonly string[]): Promise<number> {
    const { place, disk, clock } = this.#durable;
    await this.#written();
    const all = this.#open.splice(0);
    const flushed = all.map(async (handle) => {
      try {
        await noteSilence(place, clock, () => handle.sync());
        // The time of one of them says what the server's is.
        return handle === all.at(-1) ? await handle.modified() : 0;
      } finally {
        await handle.close();
      }
    });
    const named = folders.map((folder) => noteSilence(place, clock, () => disk.syncFolder(folder)).then(() => 0));
    const ended = [...flushed, ...named];
    await Promise.allSettled(ended);
    return Math.max(0, ...(await Promise.all(ended)));
  }

  /** Nothing is being written any more. */
  async #written(): Promise<void> {
    const begun = this.#begun.splice(0);
    await Promise.allSettled(begun);
    await Promise.all(begun);
  }

  /** Closes what was not flushed, where the work is given up: why, is being told; a full share says it once more here. */
  async close(): Promise<void> {
    await this.#written().catch(() => undefined);
    for (const handle of this.#open.splice(0)) await handle.close().catch(() => undefined);
  }
}

/** What is held to be written while other things are done. */
const HELD_BYTES = 1 << 16;

/** All of a short content, or its beginning and the rest. */
function beginningOf(content: Content): { readonly bytes: Uint8Array; readonly rest: Exclude<Content, Uint8Array> | null } {
  if (content instanceof Uint8Array) return { bytes: content, rest: null };
  if (!(Symbol.iterator in content)) return { bytes: new Uint8Array(0), rest: content };
  const pieces: Uint8Array[] = [];
  const iterator = content[Symbol.iterator]();
  for (let length = 0; length <= HELD_BYTES; ) {
    const next = iterator.next();
    if (next.done === true) return { bytes: Buffer.concat(pieces), rest: null };
    pieces.push(next.value);
    length += next.value.length;
  }
  return { bytes: Buffer.concat(pieces), rest: { [Symbol.iterator]: () => iterator } };
}

async function* both(first: Uint8Array, rest: Exclude<Content, Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}
