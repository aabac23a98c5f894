import type { Instant } from '../../contract/index.ts';
import type { PartsColumn, TablePart } from '../../core/index.ts';
import type { Piece } from './edited-text.ts';
import type { JudgedStatement } from './gate.ts';
import type { StatementShape } from './shape.ts';

/** What the engine and its query process say to each other. One order is worked on at a time; `interrupt` and `more` belong to the one that is running. */

/** A table that statements may name. Its file is one of those that the process was opened with. */
export type TableSource =
  /** A plain table (transforms/plain-table.ts), or several of the same columns as one: UTF-8, `,` between fields, LF after rows, no header, every value quoted, nothing at all for NULL. */
  | { readonly kind: 'plain'; readonly name: string; readonly file: string | readonly string[]; readonly columns: readonly PlainColumn[]; readonly longestRow: number }
  | TextTable
  | { readonly kind: 'parquet'; readonly name: string; readonly file: string }
  /** Rows of several Parquet files under one schema; each part is written under a schema of its own. */
  | { readonly kind: 'parts'; readonly name: string; readonly columns: readonly PartsColumn[]; readonly parts: readonly TablePart[]; /** Only rows that are in it. */ readonly window?: RowWindow };

/**
 * Fields of texts that TextLook (text-look.ts) found plain and that are written alike, their headers left out: texts under the names c0, c1 …, NULL where nothing at all stands; and the file of each
 * row, as it is called here, in the column `fileColumn`.
 */
export interface TextTable {
  readonly kind: 'text';
  readonly name: string;
  readonly file: readonly string[];
  readonly fileColumn: string;
  readonly fields: number;
  readonly delimiter: string;
  /** Null: there is none in the file. */
  readonly quote: string | null;
}

/** Rows whose value in a column is after the one and not after the other; both as DuckDB reads them. */
export interface RowWindow {
  readonly column: string;
  readonly type: 'DATE' | 'TIMESTAMPTZ';
  readonly after: string;
  readonly until: string;
}

export interface PlainColumn {
  readonly name: string;
  readonly type: 'VARCHAR' | 'INTEGER' | 'BIGINT' | 'BOOLEAN';
}

/** A Parquet file that was written, with what its writer knows of it. Values are texts, as DuckDB casts them. */
export interface WrittenPart {
  readonly file: string;
  readonly rows: number;
  readonly partition: Readonly<Record<string, string | null>>;
  readonly columns: readonly { readonly name: string; readonly min: string | null; readonly max: string | null; readonly nulls: number | null }[];
}

export interface Opening {
  /** Absolute paths of all files that may be read; nothing else can be. They need not exist yet. */
  readonly files: readonly string[];
  /** Folders all of whose files may be read, and may come later. Only for programs' own statements over their own files: a person's SQL gets `files`. */
  readonly folders?: readonly string[];
  /** The one folder that results may be written to; null where none are. */
  readonly output: string | null;
  /** Where DuckDB puts what does not fit into its memory. */
  readonly temporary: string;
  readonly temporaryBytes: number;
  readonly memoryBytes: number;
  readonly threads: number;
  /** Whether errors are to tell their place in the statement. */
  readonly places?: boolean;
}

/** Values of a statement's parameters, by number (`1`) or name. */
export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/** A statement that was looked at: the tables that it needs, and where they stand in it. */
export interface Planned {
  /** `EXPLAIN` and what stands before it; empty where there is none. */
  readonly explain: string;
  /** What follows, in DuckDB's grammar; places below are UTF-16 units of it. */
  readonly text: string;
  /** Where `text` comes from in the statement as it was written. */
  readonly pieces: readonly Piece[];
  /** In order of their places. */
  readonly references: readonly Reference[];
  /** What else was looked for: conditions of its tables, or what the statement is like. */
  readonly look: 'conditions' | 'shape';
  readonly shape: StatementShape | null;
  /** Where any so many rows of the one table's that meet the WHERE make the whole answer (first-rows.ts); null for every other statement. */
  readonly firstRows: { readonly limit: number; readonly offset: number } | null;
}

export interface Reference {
  readonly relation: { readonly kind: 'table'; readonly name: string } | { readonly kind: 'dataset'; readonly arguments: readonly string[] };
  readonly place: readonly [start: number, end: number];
  /** Name that columns may be spoken of with: its own alias, or one that has to be added; null where the grammar has no room for one. */
  readonly alias: 'own' | 'added' | null;
  /** The state that the text asks for. */
  readonly at: PlannedInstant | null;
  /** What every row of it meets that can come into the answer, as far as that can be told from the text. */
  readonly conditions: readonly AskedCondition[];
  /** Where it stands in the statement as it was written. */
  readonly position: number;
}

export interface PlannedInstant {
  readonly unit: 'timestamp' | 'version';
  /** The whole clause. */
  readonly place: readonly [start: number, end: number];
  /** DuckDB's type of the value, and the value as it writes it. */
  readonly type: string;
  readonly value: string;
}

/** A condition on a column, which is named as it is written. What its values mean depends on the column's type. */
export type AskedCondition =
  | { readonly column: string; readonly is: 'null' | 'not null' }
  | { readonly column: string; readonly is: '=' | '<' | '<=' | '>' | '>=' | 'in' | 'between'; readonly values: readonly AskedValue[] };

export interface AskedValue {
  /** DuckDB's type of the value, and the value as it writes it. */
  readonly type: string;
  readonly value: string;
  /** The value as an instant of UTC, where it can be read as one. */
  readonly instant: string | null;
}

export type Cell = string | number | boolean | null;

/** Rows of a result; `cut`: cells of which only the beginning is given. */
export interface Page {
  readonly rows: readonly (readonly Cell[])[];
  readonly cut: number;
}

/** What is known of a column's values. */
export interface ColumnStatistics {
  readonly name: string;
  readonly type: string;
  readonly nulls: number;
  /** About how many different values there are. */
  readonly distinct: number;
  /** As DuckDB writes them; null where there is no value, or the type has no order. Long ones are cut. */
  readonly min: string | null;
  readonly max: string | null;
  readonly mean: string | null;
  readonly median: string | null;
}

export type ResultFormat = 'csv' | 'parquet';
export type CopyFormat = 'csv' | 'json' | 'ndjson' | 'parquet';

export type Order =
  /** `tables`: the first ones; their files may be read as well. */
  | { readonly do: 'open'; readonly opening: Opening; readonly tables: readonly TableSource[] }
  | { readonly do: 'table'; readonly table: TableSource }
  /** Only looks at a statement. `tables`: the names it may use; null where that is asked later. */
  | { readonly do: 'judge'; readonly sql: string; readonly tables: readonly string[] | null }
  | { readonly do: 'select'; readonly sql: string; readonly filter: boolean }
  | { readonly do: 'write'; readonly sql: string; readonly file: string; readonly format: ResultFormat }
  /** Looks at a question: which tables it needs, of which instants. Before `open`. */
  | { readonly do: 'plan'; readonly sql: string; readonly parameters: Parameters; readonly look: Planned['look'] }
  /** Runs a question over the tables that were given, keeps its result, and answers its first rows. `explain` as `Planned` has it. */
  | { readonly do: 'ask'; readonly explain: string; readonly sql: string; readonly parameters: Parameters }
  /** Rows of the kept result, by place from 0. */
  | { readonly do: 'page'; readonly from: number; readonly limit: number }
  | { readonly do: 'statistics' }
  | { readonly do: 'copy'; readonly file: string; readonly format: CopyFormat }
  /** Writes the result as Parquet files, one for each combination of values of the columns `partitionBy`, into a new folder within the output folder. Tells its progress. */
  | { readonly do: 'parts'; readonly sql: string; readonly parameters: Parameters; readonly folder: string; readonly partitionBy: readonly string[] }
  /** Begins a new DuckDB file in the output folder. Before `open`. */
  | { readonly do: 'publish'; readonly file: string }
  /** Copies a table into the file that was begun, under its name. */
  | { readonly do: 'publishTable'; readonly table: TableSource; readonly comment: string }
  /** Ends that file with a table that says what the others are. */
  | { readonly do: 'publishEnd'; readonly table: string; readonly notes: readonly PublicationNote[] }
  /** So many more batches may be sent. */
  | { readonly do: 'more'; readonly batches: number }
  | { readonly do: 'interrupt' }
  /** A question comes next. Has no answer. */
  | { readonly do: 'expect' };

/** What a published table is, for who opens the file. */
export interface PublicationNote {
  readonly table: string;
  readonly version: number;
  readonly committed: Instant;
  readonly asOf: Instant;
  readonly rows: number;
  readonly lake: string;
  /** Number of its entry in the ledger. */
  readonly entry: number;
}

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
  | { readonly is: 'planned'; readonly plan: Planned }
  /** Part of the work that is done, from 0 to 1. */
  | { readonly is: 'progress'; readonly share: number }
  | { readonly is: 'asked'; readonly columns: readonly ResultColumn[]; readonly rows: number; /** Rows from 0 on, as a page has them. */ readonly first: Page }
  | { readonly is: 'page'; readonly page: Page }
  | { readonly is: 'statistics'; readonly columns: readonly ColumnStatistics[] }
  /** `position`: UTF-16 units into the statement of the order; null where the error has no place. */
  | { readonly is: 'failed'; readonly kind: FailureKind; readonly message: string; readonly position: number | null };

/** Batches that may be on their way before the reader has asked for more. */
export const WINDOW = 8;
