import type { LogicalPath } from '../../contract/index.ts';
import type { StoredSource } from './source-reader.ts';

/** What a transform is given to work with; `engine/transforming.ts` makes it of a lake, a profile and the query process. */

/** A file of a source version. */
export interface SourceFile extends StoredSource {
  readonly path: LogicalPath;
}

/** A version that is worked on. */
export interface SourceVersion {
  /** `WF-2024-07:v1` */
  readonly ref: string;
  /** Files in order of path. */
  files(): Iterable<SourceFile>;
  /** The file at exactly this name. */
  fileAt(path: LogicalPath): SourceFile | null;
}

/** One file that is to be made; `bytes` is asked for when its turn comes, once. */
export interface PlannedFile {
  readonly path: LogicalPath;
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** A folder of this transform alone, outside of the lake; gone when the transform has ended. */
export interface Scratch {
  /** Absolute path of the file with that number; where it is for results, in the one folder that the query process may write to. */
  input(number: number): string;
  output(name: string): string;
  write(file: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  read(file: string): AsyncIterable<Uint8Array>;
  remove(file: string): Promise<void>;
}

type TableColumn = { readonly name: string; readonly type: 'VARCHAR' | 'INTEGER' };

export type QueryTable =
  | { readonly kind: 'plain'; readonly name: string; readonly file: string; readonly columns: readonly TableColumn[]; readonly longestRow: number }
  | { readonly kind: 'parquet'; readonly name: string; readonly file: string };

export interface Judged {
  readonly tables: readonly string[];
  readonly columns: readonly string[];
  readonly allColumns: boolean;
}

/** The query process, over the files that it was opened with. */
export interface Queries {
  table(table: QueryTable): Promise<void>;
  /** The rows' first column, whole numbers, as they come. */
  numbers(sql: string): AsyncIterable<Int32Array>;
  write(sql: string, file: string, format: 'csv' | 'parquet'): Promise<number>;
}

export interface World {
  readonly sources: readonly SourceVersion[];
  readonly signal: AbortSignal;
  readonly scratch: Scratch;
  /** Looks at a statement before anything is opened; refuses what may not run. */
  judge(sql: string): Promise<Judged>;
  /** Opens the query process for these files and no others. */
  queries(files: readonly string[]): Promise<Queries>;
  /** Bytes of sources that will be read, for progress; and those that were. */
  expect(files: number, bytes: number): void;
  read(bytes: number): void;
  fileDone(): void;
}

/** What a transform is about to do. */
export interface Plan {
  readonly files: readonly PlannedFile[];
  /** Files of the dataset that the result takes the place of. */
  readonly replaced: readonly LogicalPath[];
  /** Asked after all files were made. */
  counts(): Readonly<Record<string, number>>;
  /** Ends what the plan has started; also where it was not carried out. */
  close(): Promise<void>;
}
