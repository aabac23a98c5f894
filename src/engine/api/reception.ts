/** A file that was uploaded and is to be staged. */
export interface Arrival {
  readonly id: string;
  readonly path: string;
  readonly size: number;
  /** ms since 1970. */
  readonly mtime: number | null;
}

/** Staged together: one flush of the disk for all. */
const MOST_FILES = 500;
const MOST_BYTES = 256 * 1024 * 1024;
/** More may be on its way: it is waited for this long, ms. */
const GATHER_MS = 50;

/** Uploads of one intake between the requests that bring them and the job that stages them. */
export class Reception {
  readonly #arrived: Arrival[] = [];
  /** Paths of uploads that are not complete, by their ids. */
  readonly #coming = new Map<string, string>();
  readonly emptyFolders: string[] = [];
  /** Files that need not be sent, and their bytes. */
  kept = { files: 0, bytes: 0 };
  #isFinished = false;
  /** Nothing is staged any more: all that came before the end was. */
  #isOver = false;
  #wake: (() => void) | null = null;

  began(id: string, path: string): void {
    this.#coming.set(id, path);
  }

  /** False where it comes too late to be staged: whoever sent it must be told. */
  arrived(arrival: Arrival): boolean {
    if (this.#isOver) return false;
    this.#coming.delete(arrival.id);
    this.#arrived.push(arrival);
    this.#wake?.();
    return true;
  }

  /** Files that were begun to be sent and never came to their end. */
  get incomplete(): readonly string[] {
    return [...this.#coming.values()];
  }

  terminated(id: string): void {
    this.#coming.delete(id);
    const at = this.#arrived.findIndex((item) => item.id === id);
    if (at >= 0) this.#arrived.splice(at, 1);
    this.#wake?.();
  }

  /** Everything was sent; what is still on its way is waited for no more. */
  finish(emptyFolders: readonly string[]): void {
    if (this.#isFinished) return;
    this.emptyFolders.push(...emptyFolders);
    this.#isFinished = true;
    this.#wake?.();
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Those to be staged next, which stay until `staged` is called; null where all was sent and staged, or after `signal`. */
  async next(signal: AbortSignal): Promise<readonly Arrival[] | null> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake);
    try {
      while (this.#arrived.length === 0 && !this.#isFinished && !signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
      if (signal.aborted) return null;
      if (this.#arrived.length === 0) {
        this.#isOver = true;
        return null;
      }
      if (!this.#isFinished && this.#arrived.length < MOST_FILES) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      return this.#batch();
    } finally {
      this.#wake = null;
      signal.removeEventListener('abort', wake);
    }
  }

  staged(batch: readonly Arrival[]): void {
    const ids = new Set(batch.map(({ id }) => id));
    const left = this.#arrived.filter(({ id }) => !ids.has(id));
    this.#arrived.splice(0, this.#arrived.length, ...left);
  }

  #batch(): readonly Arrival[] {
    const batch: Arrival[] = [];
    const names = new Set<string>();
    let bytes = 0;
    for (const item of this.#arrived) {
      // A file that was sent twice goes into two batches, so that the later one stands.
      if (batch.length === MOST_FILES || bytes > MOST_BYTES || names.has(item.path)) break;
      batch.push(item);
      names.add(item.path);
      bytes += item.size;
    }
    return batch;
  }
}
