/** Rows of a file as a check and a draft see them, whatever the file's format. */

export interface FileRow {
  /** Where it begins, from 1; the number of the row or object where the format has no lines. */
  readonly line: number;
  /** How many fields it has; null where that is not asked (JSON, Parquet). */
  readonly fields: number | null;
  /** The value under a name of `names`, as text; null where there is none. */
  value(place: number): string | null;
}

export interface RowFile {
  /** Headers, in the order of the file. Of JSON they are known only when the objects that have them were read: the list grows. */
  readonly names: readonly string[];
  /** What `line` counts. */
  readonly lineWord: 'line' | 'row' | 'object';
  /** Calls `visit` for each row, which it may use again for the next, and `pause` now and then: there others have their turn. */
  read(visit: (row: FileRow) => void, pause: () => Promise<void>): Promise<void>;
  /** What is wrong with the file beside its rows; asked after `read`. */
  remarks(): readonly FileRemark[];
  close(): Promise<void>;
}

export interface FileRemark {
  readonly kind: 'ENCODING' | 'DELIMITER' | 'UNREADABLE' | 'EMPTY';
  readonly message: string;
  readonly count: number;
  readonly lines: readonly number[];
}
