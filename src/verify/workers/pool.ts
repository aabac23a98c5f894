import { Worker } from 'node:worker_threads';
import { CHUNK } from '../read.ts';
import type { Result, ResultOf, Task } from './tasks.ts';
import { runTask } from './tasks.ts';

/** What a thread says: bytes read of a file that it has not finished, or the result of its oldest open task. */
export type Said = { readonly told: number } | { readonly result: Result };

/** Runs tasks in threads, or in this thread where no threads are wanted. */
export interface Pool {
  /**
   * Queues a task. One that will take `long` comes before all that wait, and its thread is given nothing behind it, so that it is not what all wait for at
   * the end. Rejects when a thread breaks (a defect, not a finding) or the pool is closed.
   */
  run<T extends Task>(task: T, length?: 'long'): Promise<ResultOf<T>>;
  /** Does a short task in this thread, while the others are still starting. */
  here<T extends Task>(task: T): Promise<ResultOf<T>>;
  /** Resolves once so few tasks wait that one more does not pile up memory. */
  room(): Promise<void>;
  /** Ends the threads; tasks that were not finished are rejected. */
  close(): Promise<void>;
  readonly threads: number;
}

interface Waiting {
  readonly task: Task;
  readonly long: boolean;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  /** Handed over and not answered yet, in order. */
  readonly open: Waiting[];
}

/** Tasks that one thread is given ahead, so that it never waits for this one. */
const AHEAD = 2;

/**
 * The threads are started now: by the time there is work for them they are ready.
 * @param tell is handed bytes read of large files while they are being read
 */
export function openPool(threads: number, tell: (bytes: number) => void): Pool {
  return threads === 0 ? new InlinePool(tell) : new ThreadPool(threads, tell);
}

class InlinePool implements Pool {
  readonly threads = 1;
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);
  readonly #tell: (bytes: number) => void;

  constructor(tell: (bytes: number) => void) {
    this.#tell = tell;
  }

  run<T extends Task>(task: T): Promise<ResultOf<T>> {
    return runTask(task, this.#buffer, this.#tell);
  }

  here<T extends Task>(task: T): Promise<ResultOf<T>> {
    return this.run(task);
  }

  room(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class ThreadPool implements Pool {
  readonly threads: number;
  readonly #tell: (bytes: number) => void;
  readonly #all: Thread[] = [];
  readonly #queue: Waiting[] = [];
  #waiters: (() => void)[] = [];
  #failure: Error | null = null;

  constructor(threads: number, tell: (bytes: number) => void) {
    this.threads = threads;
    this.#tell = tell;
    while (this.#all.length < threads) this.#start();
  }

  run<T extends Task>(task: T, length?: 'long'): Promise<ResultOf<T>> {
    const promise = new Promise<Result>((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      const waiting = { task, long: length === 'long', resolve, reject };
      const after = this.#queue.findLastIndex(({ long }) => long) + 1;
      if (waiting.long) this.#queue.splice(after, 0, waiting);
      else this.#queue.push(waiting);
      this.#handOver();
    });
    // Who asked may have stopped waiting, because another task failed or the check was cancelled; that must not end the process.
    promise.catch(() => undefined);
    return promise as Promise<ResultOf<T>>;
  }

  here<T extends Task>(task: T): Promise<ResultOf<T>> {
    return runTask(task, Buffer.allocUnsafeSlow(CHUNK), this.#tell);
  }

  room(): Promise<void> {
    if (this.#queue.length < this.threads) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#fail(new Error('The pool of threads was closed.'));
    await Promise.all(this.#all.map(({ worker }) => worker.terminate()));
  }

  #handOver(): void {
    while (this.#queue.length > 0) {
      const thread = this.#free();
      if (thread === null) return;
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      thread.open.push(waiting);
      thread.worker.postMessage(waiting.task);
      if (this.#queue.length < this.threads) this.#wake();
    }
  }

  /** The thread with the least to do; null where none should be given more. */
  #free(): Thread | null {
    const open = this.#all.filter((thread) => thread.open.length < AHEAD && !thread.open.some(({ long }) => long));
    return open.reduce<Thread | null>((best, thread) => (best === null || thread.open.length < best.open.length ? thread : best), null);
  }

  #start(): void {
    const entry = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);
    // A small young generation: what these threads make dies at once, and with V8's default it would be collected only at 16 MiB and more per thread.
    const worker = new Worker(entry, { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    const thread: Thread = { worker, open: [] };
    worker.on('message', (said: Said) => {
      if ('told' in said) {
        this.#tell(said.told);
        return;
      }
      const waiting = thread.open.shift();
      this.#handOver();
      waiting?.resolve(said.result);
    });
    worker.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    worker.on('exit', (code) => {
      this.#fail(new Error(`A thread of the check ended by itself with exit code ${String(code)}.`));
    });
    this.#all.push(thread);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { open } of this.#all) for (const { reject } of open.splice(0)) reject(this.#failure);
    for (const { reject } of this.#queue.splice(0)) reject(this.#failure);
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
