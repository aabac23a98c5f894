import type { LogicalPath, NoteLine } from '../../contract/index.ts';
import type { DraftChange, DraftFile, DraftTable, TextTable } from './draft-table.ts';
import type { StagedFile } from './draft-types.ts';
import { MemoryDraftTable } from './memory-table.ts';

/** Opens a table that holds any number of paths in little memory. */
export type OpenLargeTable = () => DraftTable;

/** What is held in memory before it is moved out: some 20 MB. */
const MOST_HELD = 50_000;

/**
 * A draft's table that begins in memory and goes on in one that `openLarge` makes as soon as it holds more than `most` paths, notes and names, so that a
 * draft of any size needs the same memory. Null: never.
 */
export class SpillingDraftTable implements DraftTable {
  readonly names: TextTable = {
    get: (key) => this.#table.names.get(key),
    set: (key, value) => {
      this.#table.names.set(key, value);
      this.#grown();
    },
  };
  readonly #openLarge: OpenLargeTable | null;
  readonly #most: number;
  /** Null once everything is in the large one. */
  #small: MemoryDraftTable | null = new MemoryDraftTable();
  #table: DraftTable = this.#small as MemoryDraftTable;

  constructor(openLarge: OpenLargeTable | null, most = MOST_HELD) {
    this.#openLarge = openLarge;
    this.#most = most;
  }

  get size(): number {
    return this.#table.size;
  }

  get(path: LogicalPath): DraftChange | null {
    return this.#table.get(path);
  }

  set(path: LogicalPath, file: StagedFile | 'gone', from: LogicalPath | null): void {
    this.#table.set(path, file, from);
    this.#grown();
  }

  delete(path: LogicalPath): void {
    this.#table.delete(path);
  }

  byPath(after: string): Iterable<DraftChange> {
    return this.#table.byPath(after);
  }

  byDigest(): Iterable<DraftFile> {
    return this.#table.byDigest();
  }

  renames(): Iterable<DraftChange & { readonly from: LogicalPath }> {
    return this.#table.renames();
  }

  sizeAt(content: string): number | null {
    return this.#table.sizeAt(content);
  }

  setNote(note: NoteLine): void {
    this.#table.setNote(note);
    this.#grown();
  }

  notes(): Iterable<NoteLine> {
    return this.#table.notes();
  }

  close(): void {
    this.#table.close();
  }

  #grown(): void {
    const small = this.#small;
    if (small === null || this.#openLarge === null || small.held <= this.#most) return;
    const large = this.#openLarge();
    for (const { path, file, from } of small.inOrder()) large.set(path, file, from);
    for (const note of small.notes()) large.setNote(note);
    for (const [key, value] of small.names) large.names.set(key, value);
    this.#table = large;
    this.#small = null;
    small.close();
  }
}
