import { codeOf, type Durable } from '../lake/index.ts';

const EVERY_BYTES = 128 * 1024 * 1024;

/**
 * Sets the disk to work while a large file is still being copied: the system would keep up to a tenth of memory unwritten, and the flush
 * at the end would wait for all of it. A courtesy that is done on local disks only; durability comes from the flush of the batch.
 */
export class WriteBack {
  readonly #durable: Durable;
  readonly #onError: (error: unknown) => void;
  readonly #open = new Set<string>();
  #bytes = 0;
  #running: Promise<void> | null = null;

  constructor(durable: Durable, onError: (error: unknown) => void) {
    this.#durable = durable;
    this.#onError = onError;
  }

  begin(target: string): void {
    if (this.#durable.place.kind === 'journaled') this.#open.add(target);
  }

  /** The copy is finished or given up; resolves when nothing is at work on it any more. */
  async end(target: string): Promise<void> {
    this.#open.delete(target);
    await this.#running;
  }

  progressed(bytes: number): void {
    if (this.#open.size === 0) return;
    this.#bytes += bytes;
    if (this.#running !== null || this.#bytes < EVERY_BYTES) return;
    this.#bytes = 0;
    this.#running = this.#flush([...this.#open]).finally(() => {
      this.#running = null;
    });
  }

  async #flush(targets: readonly string[]): Promise<void> {
    for (const target of targets) {
      try {
        await this.#durable.disk.syncFile(target);
      } catch (error) {
        // Not made yet, or given up meanwhile. Anything else is told to nobody a second time: Linux reports a failed write once.
        if (codeOf(error) !== 'ENOENT') this.#onError(error);
      }
    }
  }
}
