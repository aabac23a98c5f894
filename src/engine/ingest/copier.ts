import { Worker } from 'node:worker_threads';
import { localHasher, makeRing, takeBatch, type BlockingDisk, type Ring, type TakeJob, type TakenBatch } from '../lake/index.ts';
import type { CopyAnswer, CopyOrder, CopySetup, SystemErrorFacts } from '../workers/copy-protocol.ts';
import type { Count } from '../workers/count.ts';

/** Who does the blocking work of an intake. */
export interface Copier {
  /** Takes files; waits for a free thread. `size` is that of the only job where it is known to be large. What a thread fails with is in the answer. */
  take(jobs: readonly TakeJob[], size: number | null): Promise<TakenBatch>;
  /** Counts ahead; null where it does not, or was stopped. Never rejects: totals are a courtesy. */
  count(places: readonly string[], lake: string): Promise<Count | null>;
  /** Asks all running work to give up at its next piece. */
  stop(): void;
  /** Ends the threads, and a count that is still going on. Only when no file is being taken. */
  close(): Promise<void>;
}

/** From this size on a second thread hashes while the first reads and writes. */
export const RING_FROM_BYTES = 64 * 1024 * 1024;

/** Without a limit each thread lets some 50 MB of garbage pile up before it looks; what it really holds is under 10 MB, besides its buffer. */
const THREAD_MEMORY = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

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

/** A copying thread ended by itself: out of memory, killed by the system, or a bug. */
export class ThreadEndedError extends Error {
  override readonly name = 'ThreadEndedError';
}

/** One thread and the one order that it is working on. */
class CopyThread {
  readonly #worker: Worker;
  readonly #onBytes: (bytes: number) => void;
  #waiting: PromiseWithResolvers<CopyAnswer> | null = null;
  #ended: ThreadEndedError | null = null;

  constructor(entry: URL, setup: CopySetup, onBytes: (bytes: number) => void) {
    this.#onBytes = onBytes;
    this.#worker = new Worker(entry, { workerData: setup, resourceLimits: THREAD_MEMORY });
    this.#worker.on('message', (answer: CopyAnswer) => this.#answered(answer));
    this.#worker.on('error', (error: unknown) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`exit code ${code}`)));
  }

  order(order: CopyOrder): Promise<CopyAnswer> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#waiting = Promise.withResolvers<CopyAnswer>();
    this.#worker.postMessage(order);
    return this.#waiting.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #answered(answer: CopyAnswer): void {
    if ('bytes' in answer) this.#onBytes(answer.bytes);
    if (answer.is === 'progress') return;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(answer);
  }

  #end(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#ended ??= new ThreadEndedError(`A thread that copies files ended unexpectedly (${why}).`, { cause });
    this.#waiting?.reject(this.#ended);
    this.#waiting = null;
  }
}

export interface ThreadOptions {
  readonly root: string;
  /** The copies go to a share, where each is flushed by the thread that writes it. */
  readonly isShare: boolean;
  readonly threads: number;
  readonly onBytes: (bytes: number) => void;
  /** Bytes that are read at a time. Where it is given, large files are not shared between two threads. */
  readonly pieceBytes?: number;
  /** The worker's file, for tests. */
  readonly entry?: URL;
}

/** Copies in worker threads, which are started when they are first needed. */
export function threadCopier(options: ThreadOptions): Copier {
  // Node runs the sources as they are, and the compiled files beside them alike.
  const entry = options.entry ?? new URL(import.meta.url.endsWith('.ts') ? '../workers/copy.ts' : '../workers/copy.js', import.meta.url);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const setup: CopySetup = { root: options.root, stop: stop.buffer, pieceBytes: options.pieceBytes ?? null, isShare: options.isShare };
  const threads: CopyThread[] = [];
  const start = (): CopyThread => {
    const thread = new CopyThread(entry, setup, options.onBytes);
    threads.push(thread);
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
    if (!large || hashing?.busy === true) return thread.order({ do: 'take', jobs, ring: null });
    const second = (hashing ??= { thread: start(), ring: makeRing(), busy: false });
    second.busy = true;
    new Int32Array(second.ring.counters).fill(0);
    const both = [thread.order({ do: 'take', jobs, ring: second.ring }), second.thread.order({ do: 'hash', ring: second.ring })] as const;
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
        const answer = await thread.order({ do: 'count', places, lake });
        await thread.close();
        return answer.is === 'counted' ? answer.count : null;
      } catch {
        // Ended by close(), or there is no memory for one more thread: then there are no totals.
        return null;
      }
    },
    stop: stopAll,
    async close() {
      closed = true;
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function systemError(facts: SystemErrorFacts): Error {
  const { message, ...rest } = facts;
  return Object.assign(new Error(message), rest);
}
