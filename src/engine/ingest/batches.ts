import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import type { DraftIntake, Durable, JournalLine } from '../lake/index.ts';
import { contentFile } from './names.ts';

const BATCH_FILES = 5_000;
const BATCH_BYTES = 2 ** 30;
const BATCH_MS = 5_000;

/**
 * Copied files on their way into the draft's journal: a batch is flushed to the disk as one, and only then recorded. The next batch fills
 * while one is being flushed; a third waits, so that memory stays bounded.
 */
export class Batches {
  readonly #draft: DraftIntake;
  readonly #durable: Durable;
  readonly #clock: Clock;
  #lines: JournalLine[] = [];
  #copies: string[] = [];
  #bytes = 0;
  #since = 0;
  #running: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  /** Files whose lines are recorded. */
  #files = 0;
  #recorded = 0;

  constructor(draft: DraftIntake, durable: Durable, clock: Clock) {
    this.#draft = draft;
    this.#durable = durable;
    this.#clock = clock;
  }

  /** Files and bytes that the journal names by now. */
  get kept(): { readonly files: number; readonly bytes: number } {
    return { files: this.#files, bytes: this.#recorded };
  }

  /** Adds a line; where it names a copy, that is the path below the content folder. */
  add(line: JournalLine): void {
    if (this.#lines.length === 0) this.#since = this.#clock.monotonic();
    this.#lines.push(line);
    if ((line.do === 'add' || line.do === 'replace') && line.content !== null) {
      this.#copies.push(line.content);
      this.#bytes += line.size;
    }
    this.poll();
  }

  /** Starts to write the batch if it is due and none is being written. */
  poll(): void {
    if (this.#running === null && this.#isDue()) this.#start();
  }

  /** Waits until there is room for more. Throws what flushing or recording failed with. */
  async room(): Promise<void> {
    while (this.#running !== null && this.#isDue()) await this.#running;
    this.#throwFailure();
  }

  /** Flushes and records all that was added. Throws what failed; what was recorded before stays recorded. */
  async finish(): Promise<void> {
    while (this.#failure === null && (this.#running !== null || this.#lines.length > 0)) {
      if (this.#running === null) this.#start();
      await this.#running;
    }
    this.#throwFailure();
  }

  #isDue(): boolean {
    if (this.#lines.length === 0) return false;
    return this.#lines.length >= BATCH_FILES || this.#bytes >= BATCH_BYTES || this.#clock.monotonic() - this.#since >= BATCH_MS;
  }

  #start(): void {
    if (this.#failure !== null) return;
    const lines = this.#lines;
    const copies = this.#copies;
    this.#lines = [];
    this.#copies = [];
    this.#bytes = 0;
    this.#running = this.#write(lines, copies)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running = null;
        this.poll();
      });
  }

  async #write(lines: readonly JournalLine[], copies: readonly string[]): Promise<void> {
    if (copies.length > 0) {
      const root = this.#draft.contentFolder;
      const files = copies.map((content) => contentFile(root, content));
      // What went to a share was flushed by who wrote it.
      const unflushed = this.#durable.place.kind === 'share' ? [] : files;
      await this.#durable.flush(unflushed, () => foldersOf(files, root), root);
    }
    await this.#draft.record(lines);
    for (const line of lines) {
      if (line.do !== 'add' && line.do !== 'replace') continue;
      this.#files++;
      this.#recorded += line.size;
    }
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

/** The folders that hold the files, up to `root` and with it, the deepest first: a copying thread may just have made them. */
function foldersOf(files: readonly string[], root: string): string[] {
  const folders = new Set<string>([root]);
  for (const file of files) {
    for (let folder = dirname(file); folder.length > root.length && !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].sort((a, b) => b.length - a.length);
}
