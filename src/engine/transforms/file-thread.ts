import { Worker } from 'node:worker_threads';
import { CancelledError, HmsError } from '../../contract/index.ts';
import { FREED, PIECE_BYTES, SLOTS, STOP } from './thread-protocol.ts';
import type { FileDone, FileJob, ThreadAnswer } from './thread-protocol.ts';

export const NOTHING_LEFT = 'Nothing was changed, and nothing is left of the transform.';

/** What the thread holds besides its buffers is small; without a limit it lets much garbage pile up. */
const THREAD_MEMORY = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 };
/** A pattern that goes back and forth over a line hears no stop. */
const STOP_MS = 300;

interface Running {
  readonly counters: SharedArrayBuffer;
  readonly pieces: SharedArrayBuffer;
  readonly worker: Worker;
}

/** The thread that reads and rewrites files, as it is held: started when it is first needed, one file at a time. */
export class FileThread {
  readonly #signal: AbortSignal;
  readonly #onRead: (bytes: number) => void;
  #running: Running | null = null;

  /** `onRead` is told bytes of sources as they are read. */
  constructor(signal: AbortSignal, onRead: (bytes: number) => void) {
    this.#signal = signal;
    this.#onRead = onRead;
  }

  /**
   * What the job writes, piece by piece; a piece is good until the next is asked for. `onDone` is called before the last step. Throws HmsError where the
   * file is refused or not what was committed, CancelledError after the signal. Whoever leaves off early ends the thread.
   */
  async *pieces(job: FileJob, onDone: (done: FileDone) => void): AsyncGenerator<Uint8Array> {
    if (this.#signal.aborted) throw new CancelledError(NOTHING_LEFT);
    const running = (this.#running ??= start());
    const { worker, pieces, counters } = running;
    const waiting: (ThreadAnswer | Error)[] = [];
    let wake = (): void => undefined;
    const tell = (answer: ThreadAnswer | Error): void => {
      waiting.push(answer);
      wake();
    };
    const onError = (error: unknown): void => tell(error instanceof Error ? error : new Error(String(error)));
    const onExit = (): void => tell(this.#signal.aborted ? { is: 'stopped' } : new Error('The thread that rewrites files ended unexpectedly.'));
    const stop = (): void => this.#stop(running);
    worker.on('message', tell);
    worker.on('error', onError);
    worker.on('exit', onExit);
    this.#signal.addEventListener('abort', stop, { once: true });
    let isDone = false;
    try {
      worker.postMessage(job);
      while (!isDone) {
        const answer = waiting.shift();
        if (answer === undefined) {
          await new Promise<void>((resolve) => (wake = resolve));
        } else if (answer instanceof Error) {
          throw answer;
        } else if (answer.is === 'piece') {
          yield new Uint8Array(pieces, answer.slot * PIECE_BYTES, answer.length);
          const count = new Int32Array(counters);
          Atomics.add(count, FREED, 1);
          Atomics.notify(count, FREED);
        } else if (answer.is === 'read') {
          this.#onRead(answer.bytes);
        } else if (answer.is === 'done') {
          isDone = true;
          onDone(answer.done);
        } else {
          throw errorOf(answer);
        }
      }
    } finally {
      this.#signal.removeEventListener('abort', stop);
      worker.off('message', tell);
      worker.off('error', onError);
      worker.off('exit', onExit);
      if (!isDone) await this.close();
    }
  }

  /** For jobs that write nothing, or nothing that is wanted. */
  async run(job: FileJob): Promise<FileDone> {
    let result: FileDone | null = null;
    for await (const _ of this.pieces(job, (done) => (result = done)));
    if (result === null) throw new Error('The thread that rewrites files did not say what it did.');
    return result;
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (running === null) return;
    raise(running);
    await running.worker.terminate();
  }

  #stop(running: Running): void {
    raise(running);
    setTimeout(() => void running.worker.terminate(), STOP_MS).unref();
  }
}

function raise({ counters }: Running): void {
  const count = new Int32Array(counters);
  Atomics.store(count, STOP, 1);
  Atomics.notify(count, FREED);
}

function start(): Running {
  // Node runs the sources as they are, and the compiled files beside them alike.
  const entry = new URL(import.meta.url.endsWith('.ts') ? './rewrite-thread.ts' : './rewrite-thread.js', import.meta.url);
  const pieces = new SharedArrayBuffer(SLOTS * PIECE_BYTES);
  const counters = new SharedArrayBuffer(8);
  const worker = new Worker(entry, { workerData: { pieces, counters }, resourceLimits: THREAD_MEMORY });
  // An error that comes while nobody waits is told by the exit that follows it.
  worker.on('error', () => undefined);
  return { pieces, counters, worker };
}

function errorOf(answer: Exclude<ThreadAnswer, { is: 'piece' | 'read' | 'done' }>): Error {
  switch (answer.is) {
    case 'stopped':
      return new CancelledError(NOTHING_LEFT);
    case 'refused':
      return new HmsError(answer.code, answer.message, { kept: NOTHING_LEFT, ...(answer.next === null ? {} : { next: answer.next }) });
    case 'failed':
      return Object.assign(new Error(answer.message), { code: answer.code, ...(answer.path === null ? {} : { path: answer.path }) });
  }
}
