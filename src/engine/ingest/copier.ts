import { localHasher, makeRing, takeBatch, type BlockingDisk, type Ring, type TakeJob, type TakenBatch } from '../lake/index.ts';
import type { CopyAnswer, CopySetup, SystemErrorFacts } from '../workers/copy-protocol.ts';
import type { Count } from '../workers/count.ts';
import { copyThreads, ThreadEndedError } from './copy-threads.ts';
import type { CopyThread, CopyThreads } from './copy-threads.ts';

/** Who does the blocking work of an intake. */
export interface Copier {
  /** Takes files; waits for a free thread. `size` is that of the only job where it is known to be large. What a thread fails with is in the answer. */
  take(jobs: readonly TakeJob[], size: number | null): Promise<TakenBatch>;
  /** Counts ahead; null where it does not, or was stopped. Never rejects: totals are a courtesy. */
  count(places: readonly string[], lake: string): Promise<Count | null>;
  /** Asks all running work to give up at its next piece. */
  stop(): void;
  /** Gives the threads back, and ends a count that is still going on. Only when no file is being taken. */
  close(): Promise<void>;
}

/** From this size on a second thread hashes while the first reads and writes. */
export const RING_FROM_BYTES = 64 * 1024 * 1024;

/** Copies in the calling thread, without counting ahead: for tests that inject faults into `disk`. */
export function inlineCopier(disk: BlockingDisk, root: string, isShare: boolean, onBytes: (bytes: number) => void, pieceBytes?: number): Copier {
  const hasher = localHasher(pieceBytes);
  let stopped = false;
  const watch = { stopped: () => stopped, progressed: onBytes };
  return {
    take: (jobs) => Promise.resolve(takeBatch(jobs, { disk, root, hasher, watch, flush: isShare })),
    count: () => Promise.resolve(null),
    stop() {
      stopped = true;
    },
    close: () => Promise.resolve(),
  };
}

export interface ThreadOptions {
  readonly root: string;
  /** The copies go to a share, where each is flushed by the thread that writes it. */
  readonly isShare: boolean;
  readonly threads: number;
  readonly onBytes: (bytes: number) => void;
  /** Bytes that are read at a time. Where it is given, large files are not shared between two threads. */
  readonly pieceBytes?: number;
  /** Where threads come from; for tests. */
  readonly pool?: CopyThreads;
}

/** Copies in worker threads, which are lent when they are first needed. */
export function threadCopier(options: ThreadOptions): Copier {
  const pool = options.pool ?? copyThreads;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const setup: CopySetup = { root: options.root, stop: stop.buffer, pieceBytes: options.pieceBytes ?? null, isShare: options.isShare };
  const threads = new Set<CopyThread>();
  const start = (): CopyThread => {
    const thread = pool.lend(options.onBytes);
    threads.add(thread);
    return thread;
  };
  const stopAll = (): void => {
    Atomics.store(stop, 0, 1);
  };

  let closed = false;
  let copying = 0;
  const idle: CopyThread[] = [];
  const queue: ((thread: CopyThread) => void)[] = [];
  const free = (): Promise<CopyThread> => {
    const thread = idle.pop();
    if (thread !== undefined) return Promise.resolve(thread);
    if (copying === options.threads) return new Promise((resolve) => queue.push(resolve));
    copying++;
    return Promise.resolve(start());
  };
  const release = (thread: CopyThread): void => {
    const next = queue.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };

  let hashing: { readonly thread: CopyThread; readonly ring: Ring; busy: boolean } | null = null;
  const orderWith = async (thread: CopyThread, jobs: readonly TakeJob[], large: boolean): Promise<CopyAnswer> => {
    if (!large || hashing?.busy === true) return thread.order({ do: 'take', setup, jobs, ring: null });
    const second = (hashing ??= { thread: start(), ring: makeRing(), busy: false });
    second.busy = true;
    new Int32Array(second.ring.counters).fill(0);
    const both = [thread.order({ do: 'take', setup, jobs, ring: second.ring }), second.thread.order({ do: 'hash', setup, ring: second.ring })] as const;
    // If one of them dies, the other would wait for it.
    for (const each of both) each.catch(stopAll);
    await Promise.allSettled(both);
    second.busy = false;
    return (await Promise.all(both))[0];
  };

  return {
    async take(jobs, size) {
      const thread = await free();
      try {
        const answer = await orderWith(thread, jobs, size !== null && size >= RING_FROM_BYTES && options.threads > 1 && options.pieceBytes === undefined);
        if (answer.is !== 'taken') throw new ThreadEndedError(`A copying thread answered "${answer.is}" to an order to copy.`);
        return { taken: answer.taken, error: answer.error === null ? null : systemError(answer.error) };
      } catch (error) {
        stopAll();
        return { taken: [], error };
      } finally {
        release(thread);
      }
    },
    async count(places, lake) {
      if (closed) return null;
      try {
        const thread = start();
        const answer = await thread.order({ do: 'count', setup, places, lake });
        threads.delete(thread);
        await pool.giveBack(thread);
        return answer.is === 'counted' ? answer.count : null;
      } catch {
        // Ended by close(), or there is no memory for one more thread: then there are no totals.
        return null;
      }
    },
    stop: stopAll,
    async close() {
      closed = true;
      await Promise.all([...threads].map((thread) => pool.giveBack(thread)));
    },
  };
}

function systemError(facts: SystemErrorFacts): Error {
  const { message, ...rest } = facts;
  return Object.assign(new Error(message), rest);
}
