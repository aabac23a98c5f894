import { Worker } from 'node:worker_threads';
import type { CopyAnswer, CopyOrder } from '../workers/copy-protocol.ts';

/** Threads that copy for intakes. Starting one takes as long as copying a hundred small files, so they are lent to one intake after another, and end when nobody has needed them for a while. */

/** How long a thread is kept that nobody needs, ms. */
const KEPT_FOR_MS = 10_000;

/** Without a limit each thread lets some 50 MB of garbage pile up before it looks; what it really holds is under 10 MB, besides its buffer. */
const THREAD_MEMORY = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

/** A copying thread ended by itself: out of memory, killed by the system, or a bug. */
export class ThreadEndedError extends Error {
  override readonly name = 'ThreadEndedError';
}

/** One thread and the one order that it is working on. */
export class CopyThread {
  readonly #worker: Worker;
  #onBytes: (bytes: number) => void = () => undefined;
  #waiting: PromiseWithResolvers<CopyAnswer> | null = null;
  #ended: ThreadEndedError | null = null;
  /** Its last answer may still come while it ends. */
  #isEnding = false;

  constructor(entry: URL) {
    this.#worker = new Worker(entry, { resourceLimits: THREAD_MEMORY });
    this.#worker.on('message', (answer: CopyAnswer) => this.#answered(answer));
    this.#worker.on('error', (error: unknown) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`exit code ${code}`)));
  }

  /** It can be given an order, as it has none and was not ended. */
  get isFree(): boolean {
    return this.#waiting === null && this.#ended === null && !this.#isEnding;
  }

  /** Works for somebody from now on, who is told of bytes; null: for nobody, and the program does not wait for it to end. */
  workFor(onBytes: ((bytes: number) => void) | null): void {
    this.#onBytes = onBytes ?? (() => undefined);
    if (onBytes === null) this.#worker.unref();
    else this.#worker.ref();
  }

  order(order: CopyOrder): Promise<CopyAnswer> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#waiting = Promise.withResolvers<CopyAnswer>();
    this.#worker.postMessage(order);
    return this.#waiting.promise;
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#onBytes = () => undefined;
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

/** Threads of one program file, which are started when they are first needed. */
export class CopyThreads {
  readonly #entry: URL;
  readonly #keptForMs: number;
  readonly #spare: { readonly thread: CopyThread; readonly timer: NodeJS.Timeout }[] = [];

  constructor(entry: URL, keptForMs = KEPT_FOR_MS) {
    this.#entry = entry;
    this.#keptForMs = keptForMs;
  }

  /** A thread that nobody else uses, until it is given back. */
  lend(onBytes: (bytes: number) => void): CopyThread {
    let thread: CopyThread | null = null;
    for (let last = this.#spare.pop(); last !== undefined && thread === null; last = thread === null ? this.#spare.pop() : undefined) {
      clearTimeout(last.timer);
      if (last.thread.isFree) thread = last.thread;
    }
    thread ??= new CopyThread(this.#entry);
    thread.workFor(onBytes);
    return thread;
  }

  /** Ends a thread that is still at work; keeps any other for the next who needs one. It may be given back more than once. */
  async giveBack(thread: CopyThread): Promise<void> {
    if (this.#spare.some((one) => one.thread === thread)) return;
    if (!thread.isFree) return thread.end();
    thread.workFor(null);
    const timer = setTimeout(() => {
      this.#spare.splice(this.#spare.findIndex((one) => one.thread === thread), 1);
      void thread.end();
    }, this.#keptForMs);
    timer.unref();
    this.#spare.push({ thread, timer });
  }
}

// Node runs the sources as they are, and the compiled files beside them alike.
export const copyThreads = new CopyThreads(new URL(import.meta.url.endsWith('.ts') ? '../workers/copy.ts' : '../workers/copy.js', import.meta.url));
