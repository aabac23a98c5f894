import type { OnProgress } from '../contract/index.ts';
import { CancelledError } from '../contract/index.ts';

/** How often progress is told at most, and how long this thread may work before others get their turn, in milliseconds. */
const TELL_EVERY = 100;
const BREATHE_EVERY = 40;

export const KEPT_ON_CANCEL = 'The check was stopped before its end. It only reads, so nothing was changed.';

/** Counts what was read, tells it, and notices that someone asked to stop. */
export class Meter {
  filesDone = 0;
  filesTotal: number | null = null;
  bytesDone = 0;
  bytesTotal: number | null = null;
  #phase = '';
  #told = -Infinity;
  #breathed = performance.now();
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: OnProgress | undefined;

  constructor(signal: AbortSignal | undefined, onProgress: OnProgress | undefined) {
    this.#signal = signal;
    this.#onProgress = onProgress;
  }

  phase(name: string): void {
    this.check();
    this.#phase = name;
    this.#tell();
  }

  add(files: number, bytes: number): void {
    this.filesDone += files;
    this.bytesDone += bytes;
    if (performance.now() - this.#told >= TELL_EVERY) this.#tell();
  }

  /** More to be read than was known before. */
  expect(files: number, bytes: number): void {
    this.filesTotal = (this.filesTotal ?? 0) + files;
    this.bytesTotal = (this.bytesTotal ?? 0) + bytes;
  }

  /** @throws CancelledError when someone asked to stop */
  check(): void {
    if (this.#signal?.aborted === true) throw new CancelledError(KEPT_ON_CANCEL);
  }

  /** Lets other work of this thread run when it has waited for a while; call it in every long loop. */
  async breathe(): Promise<void> {
    this.check();
    if (performance.now() - this.#breathed < BREATHE_EVERY) return;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.#breathed = performance.now();
    this.check();
  }

  done(): void {
    this.#tell();
  }

  #tell(): void {
    this.#told = performance.now();
    this.#onProgress?.({
      phase: this.#phase,
      filesDone: this.filesDone,
      // Totals come from what the ledger says; what is really there can be more, and a count may never pass its total.
      filesTotal: this.filesTotal === null ? null : Math.max(this.filesTotal, this.filesDone),
      bytesDone: this.bytesDone,
      bytesTotal: this.bytesTotal === null ? null : Math.max(this.bytesTotal, this.bytesDone),
    });
  }
}
