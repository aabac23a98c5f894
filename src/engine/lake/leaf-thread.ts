import { Worker } from 'node:worker_threads';
import { unpacked } from './leaf-batch.ts';
import type { PackedLeaves, ReadFiles } from './leaf-batch.ts';

/** A thread that reads entries of the ledger by blocking calls, many by one message. Where it fails, it answers that all are to be read in another way, and is not asked again. */
export class LeafThread {
  #worker: Worker | null = null;
  #failed = false;
  #waiting: ((packed: PackedLeaves | null) => void) | null = null;

  /** Starts it, so that it is there when it is needed. */
  start(): void {
    if (this.#worker !== null || this.#failed) return;
    // Node runs the sources as they are, and the compiled files beside them alike.
    const worker = new Worker(new URL(import.meta.url.endsWith('.ts') ? '../workers/leaves.ts' : '../workers/leaves.js', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 } });
    worker.on('message', (packed: PackedLeaves) => this.#answer(packed));
    worker.on('error', () => this.#fail());
    worker.on('exit', () => this.#fail());
    this.#worker = worker;
  }

  /** What is in these folders of entries, one batch after the other; null for each that is to be read in another way. */
  async read(folders: readonly string[]): Promise<readonly (ReadFiles | null)[]> {
    this.start();
    const worker = this.#worker;
    if (this.#failed || worker === null) return folders.map(() => null);
    const packed = await new Promise<PackedLeaves | null>((resolve) => {
      this.#waiting = resolve;
      worker.postMessage(folders);
    });
    return packed === null ? folders.map(() => null) : unpacked(packed);
  }

  /** Ends it. Only when nothing is being read. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #fail(): void {
    this.#failed = true;
    this.#answer(null);
  }

  #answer(packed: PackedLeaves | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(packed);
  }
}
