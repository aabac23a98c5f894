import type { FileRefusal } from './refusal.ts';
import type { PlainTable, PlainWish } from './plain-table.ts';
import type { RedactWish } from './redact.ts';
import type { StoredSource } from './source-reader.ts';
import type { CsvReading } from './types.ts';

/** What is asked of the thread that reads and rewrites files, one file at a time. */
export type FileJob = { readonly source: StoredSource } & (
  | { readonly do: 'trim'; readonly reading: CsvReading; readonly columns: readonly string[] }
  | { readonly do: 'plain'; readonly reading: CsvReading; readonly wish: PlainWish }
  /** `kept`: one bit a row. */
  | { readonly do: 'keep'; readonly reading: CsvReading; readonly kept: Uint8Array }
  | { readonly do: 'jsonTable'; readonly as: 'csv' | 'plain' }
  | { readonly do: 'redact'; readonly wish: RedactWish }
  /** Reads the file to its end and only says whether it is the one that was committed. */
  | { readonly do: 'check' }
);

export interface FileDone {
  /** Rows that were written, without the header. */
  readonly rows: number;
  /** Rows that had other than the header's number of fields. */
  readonly ragged: number;
  /** Places where something was found and hidden. */
  readonly found: number;
  /** Of a file that was written as a plain table. */
  readonly table: PlainTable | null;
}

export type ThreadAnswer =
  /** The first `length` bytes of a slot are the next piece; the slot is free again when its reader has counted it in `FREED`. */
  | { readonly is: 'piece'; readonly slot: number; readonly length: number }
  /** So many bytes of the source more. */
  | { readonly is: 'read'; readonly bytes: number }
  | { readonly is: 'done'; readonly done: FileDone }
  | { readonly is: 'refused'; readonly code: FileRefusal['code']; readonly message: string; readonly next: string | null }
  | { readonly is: 'stopped' }
  /** The system's error, whose code and path structured clone would drop. */
  | { readonly is: 'failed'; readonly message: string; readonly code: string; readonly path: string | null };

export interface ThreadSetup {
  readonly pieces: SharedArrayBuffer;
  /** Int32: `FREED`, `STOP`. */
  readonly counters: SharedArrayBuffer;
}

export const PIECE_BYTES = 1 << 20;
export const SLOTS = 6;
/** Pieces that their reader is done with, counted on over all files. */
export const FREED = 0;
/** Not 0: give up. */
export const STOP = 1;
