import { Worker } from 'node:worker_threads';
import type { LakePaths } from './paths.ts';

/** Reads a long stretch of a ledger on a share ahead of who judges it, by threads: each file is some round trips, and ten thousand entries have thirty thousand files. */

/** An entry as it lies on the lake. A file of its body that is not there, cannot be read or is long is null. */
export interface FetchedLeaf {
  readonly entry: Uint8Array;
  readonly salt: Uint8Array | null;
  readonly body: Uint8Array | null;
}

const THREADS = 4;

interface Stretch {
  readonly from: number;
  readonly count: number;
  readonly leaves: Promise<readonly FetchedLeaf[]>;
}

export class LeafFetcher {
  readonly #paths: LakePaths;
  readonly #threads = new Map<number, Worker>();
  #next: Stretch | null = null;

  constructor(paths: LakePaths) {
    this.#paths = paths;
  }

  /** The entries from a number on, as far as they can be had: the others are for who asks to look for. The stretch after it is begun meanwhile. */
  async fetch(from: number, count: number): Promise<readonly FetchedLeaf[]> {
    const stretch = this.#next?.from === from && this.#next.count === count ? this.#next : this.#begin(from, count);
    const leaves = await stretch.leaves;
    this.#next = leaves.length === count ? this.#begin(from + count, count) : null;
    return leaves;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads.values()].map((thread) => thread.terminate()));
  }

  #begin(from: number, count: number): Stretch {
    const share = Math.ceil(count / THREADS);
    const parts = Array.from({ length: THREADS }, (_, i) => this.#ask(i, from + i * share, Math.min(share, count - i * share)));
    const leaves = Promise.all(parts).then((read) => {
      const whole = read.findIndex((part) => part.length < share);
      return read.slice(0, whole < 0 ? THREADS : whole + 1).flat();
    });
    return { from, count, leaves };
  }

  #ask(thread: number, from: number, count: number): Promise<readonly FetchedLeaf[]> {
    if (count <= 0) return Promise.resolve([]);
    const worker = this.#threads.get(thread) ?? new Worker(new URL(import.meta.url.endsWith('.ts') ? './leaf-thread.ts' : './leaf-thread.js', import.meta.url));
    this.#threads.set(thread, worker);
    return new Promise((resolve) => {
      // A thread that cannot be had leaves its part to who asked.
      const answer = (leaves: readonly FetchedLeaf[]): void => {
        worker.off('message', answer).off('error', none).off('exit', none);
        resolve(leaves);
      };
      const none = (): void => {
        this.#threads.delete(thread);
        answer([]);
      };
      worker.on('message', answer).on('error', none).on('exit', none);
      worker.postMessage(Array.from({ length: count }, (_, i) => this.#paths.entry(from + i)));
    });
  }
}
