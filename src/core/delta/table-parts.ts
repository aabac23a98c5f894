/** Rows that lie in several Parquet files, written under different columns, as one table. */

export interface PartsColumn {
  readonly name: string;
  /** As DuckDB writes types: `DECIMAL(18,3)`. Values of the files are cast to it. */
  readonly type: string;
}

/** Files that were written under the same columns. */
export interface TablePart {
  readonly files: readonly string[];
  /** For each column of the table its name in these files; null where they do not have it. */
  readonly columns: readonly (string | null)[];
}
