import type { LogicalPath } from '../../contract/index.ts';

/** What a person or a program asks of a built-in transform. Each of these, without `name`, is what the body of the new version keeps as its parameters. */
export type TransformSpec = CsvTrimSpec | CsvFilterSpec | CsvToParquetSpec | JsonToCsvSpec | SqlSpec | RedactTextSpec;
export type TransformName = TransformSpec['name'];

/** Files of the source to work on, by their exact names. Left out: every file whose name ends as the transform expects (`.csv` and so on). */
interface OverFiles {
  readonly files?: readonly LogicalPath[];
}

export type TextEncoding = 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';

/** How CSV files are read. What is left out is found out from each file: its byte order mark, and its first lines. */
export interface CsvReading {
  /** One ASCII character. */
  readonly delimiter?: string;
  /** One ASCII character; it is doubled where it stands within a quoted field. */
  readonly quote?: string;
  readonly encoding?: TextEncoding;
  /**
   * What is done with a row that has more or fewer fields than the header: `refuse` (the default) stops and names its line, `fill` takes missing fields as
   * empty and leaves out what is too much. Empty lines are no rows where there is more than one column.
   */
  readonly ragged?: 'refuse' | 'fill';
}

/** Keeps some columns, in the order given. Every field that is kept has the bytes that it has in the source. */
export interface CsvTrimSpec extends OverFiles, CsvReading {
  readonly name: 'csv_trim';
  /** Names as the header has them, exactly. */
  readonly columns: readonly string[];
}

/** Keeps the rows for which a SQL expression is true. Every row that is kept has the bytes that it has in the source. */
export interface CsvFilterSpec extends OverFiles, CsvReading {
  readonly name: 'csv_filter';
  /** Over the columns, all of them text; an empty field is NULL, a quoted empty one (`""`) is ''. */
  readonly where: string;
}

/** Writes each file as Parquet beside it, all columns text, values as written. */
export interface CsvToParquetSpec extends OverFiles, CsvReading {
  readonly name: 'csv_to_parquet';
  /** Leaves the CSV files out of the new version; earlier versions keep them. */
  readonly replace?: boolean;
}

/** Writes each file of objects (a JSON array of them, or one a line) as CSV beside it: numbers with the digits of the source, values within values as their JSON. */
export interface JsonToCsvSpec extends OverFiles {
  readonly name: 'json_to_csv';
  readonly replace?: boolean;
}

/** Writes the result of a SELECT over files of the source versions as a new file. CSV and JSON files are tables of text, Parquet files have their types. */
export interface SqlSpec extends CsvReading {
  readonly name: 'sql';
  readonly sql: string;
  /** Name of the new file; it ends in .csv or .parquet. */
  readonly as: LogicalPath;
}

/** Replaces a text, or what a pattern matches, by a mark in text files. */
export interface RedactTextSpec extends OverFiles {
  readonly name: 'redact_text';
  readonly find:
    | { readonly text: string }
    /** ECMAScript regular expression; it is matched within lines. */
    | { readonly pattern: string; readonly ignoreCase?: boolean };
  /** What is put in its place; default `[REDACTED]`. */
  readonly mark?: string;
}

/** What a transform did; stands in the new version's body as `counts`. Sums over its files. */
export type TransformCounts = Readonly<Record<string, number>>;

/** One file that a transform made. */
export interface MadeFile {
  readonly path: LogicalPath;
  readonly size: number;
}
