import type { JudgedStatement } from './gate.ts';

/** What the engine and its query process say to each other. One order is worked on at a time; `interrupt` and `more` belong to the one that is running. */

/** A table that statements may name. Its file is one of those that the process was opened with. */
export type TableSource =
  /** A plain table (transforms/plain-table.ts): UTF-8, `,` between fields, LF after rows, no header, every value quoted, nothing at all for NULL. */
  | { readonly kind: 'plain'; readonly name: string; readonly file: string; readonly columns: readonly PlainColumn[]; readonly longestRow: number }
  | { readonly kind: 'parquet'; readonly name: string; readonly file: string }
  | DeltaSource;

/** A version of a table: its columns, and its files, those together that were written under the same columns. */
export interface DeltaSource {
  readonly kind: 'delta';
  readonly name: string;
  /** `type` as DuckDB names it. */
  readonly columns: readonly ResultColumn[];
  readonly groups: readonly { readonly columns: readonly string[]; readonly files: readonly string[] }[];
}

/** A Parquet file that was written, with what its writer knows of it. Values are texts, as DuckDB casts them. */
export interface WrittenPart {
  readonly file: string;
  readonly rows: number;
  readonly partition: Readonly<Record<string, string | null>>;
  readonly columns: readonly { readonly name: string; readonly min: string | null; readonly max: string | null; readonly nulls: number | null }[];
}

export interface PlainColumn {
  readonly name: string;
  readonly type: 'VARCHAR' | 'INTEGER';
}

export interface Opening {
  /** Absolute paths of all files that may be read; nothing else can be. They need not exist yet. */
  readonly files: readonly string[];
  /** The one folder that results may be written to; null where none are. */
  readonly output: string | null;
  /** Where DuckDB puts what does not fit into its memory. */
  readonly temporary: string;
  readonly temporaryBytes: number;
  readonly memoryBytes: number;
  readonly threads: number;
}

export type ResultFormat = 'csv' | 'parquet';

export type Order =
  | { readonly do: 'open'; readonly opening: Opening }
  | { readonly do: 'table'; readonly table: TableSource }
  /** Only looks at a statement. `tables`: the names it may use; null where that is asked later. */
  | { readonly do: 'judge'; readonly sql: string; readonly tables: readonly string[] | null }
  | { readonly do: 'select'; readonly sql: string; readonly filter: boolean }
  | { readonly do: 'write'; readonly sql: string; readonly file: string; readonly format: ResultFormat }
  /** Writes the result as Parquet files, one for each combination of values of the columns `partitionBy`, into a new folder within the output folder. */
  | { readonly do: 'parts'; readonly sql: string; readonly folder: string; readonly partitionBy: readonly string[] }
  /** So many more batches may be sent. */
  | { readonly do: 'more'; readonly batches: number }
  | { readonly do: 'interrupt' };

/** Values of one column: whole numbers as they are, everything else as DuckDB writes it. */
export type ColumnValues = Int32Array | readonly (string | number | boolean | null)[];

export interface Batch {
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
}

export interface ResultColumn {
  readonly name: string;
  /** As DuckDB names it: `VARCHAR`, `DECIMAL(18,3)`. */
  readonly type: string;
}

/** Why a statement did not run to its end. `statement`: it is wrong, or does not fit the data. */
export type FailureKind = 'refused' | 'statement' | 'interrupted' | 'memory' | 'disk';

export type Answer =
  | { readonly is: 'ready'; readonly version: string }
  | { readonly is: 'done'; readonly rows: number }
  | { readonly is: 'parts'; readonly parts: readonly WrittenPart[] }
  | { readonly is: 'judged'; readonly statement: JudgedStatement }
  | { readonly is: 'columns'; readonly columns: readonly ResultColumn[] }
  | { readonly is: 'batch'; readonly batch: Batch }
  | { readonly is: 'failed'; readonly kind: FailureKind; readonly message: string };

/** Batches that may be on their way before the reader has asked for more. */
export const WINDOW = 8;
