import type { LogicalPath, NoteLine, Sha256 } from '../../contract/index.ts';
import type { StagedFile } from './draft-types.ts';

/** What a draft says of one path. */
export interface DraftChange {
  readonly path: LogicalPath;
  /** `gone` where the path is removed. */
  readonly file: StagedFile | 'gone';
  /** The path that it was explicitly renamed from, or null. */
  readonly from: LogicalPath | null;
}

/** A file of a draft, with its place in the order in which the paths came. */
export interface DraftFile {
  readonly path: LogicalPath;
  readonly file: StagedFile;
  readonly order: number;
}

/**
 * What the journals of a draft come to, by path. A cache of one process: made when the draft is opened, gone when it is closed. Rows that are listed are
 * those of the moment; a row that is set again while a list goes on may be seen either way.
 */
export interface DraftTable {
  /** Paths with a change. */
  readonly size: number;
  get(path: LogicalPath): DraftChange | null;
  /** A path that was there keeps its place in the order. */
  set(path: LogicalPath, file: StagedFile | 'gone', from: LogicalPath | null): void;
  delete(path: LogicalPath): void;
  /** In order of path (UTF-16 code units), after `after`. */
  byPath(after: string): Iterable<DraftChange>;
  /** Files that are not gone, in order of digest, then of path. */
  byDigest(): Iterable<DraftFile>;
  /** Explicit renames, in the order in which they came. */
  renames(): Iterable<DraftChange & { readonly from: LogicalPath }>;
  /** Size of a file whose copy has this path below the content folder; null where no file of the draft has it. */
  sizeAt(content: string): number | null;
  /** What was met and not taken: each place once, in the order in which the places came first. */
  setNote(note: NoteLine): void;
  notes(): Iterable<NoteLine>;
  /** Texts by text, for content paths that are taken. */
  readonly names: TextTable;
  close(): void;
}

export interface TextTable {
  get(key: string): string | undefined;
  set(key: string, value: string): unknown;
}

/** One file for each digest whose bytes the draft holds, the one that came first: its copy is the one that is kept. Ascending by digest. */
export function* firstCopies(table: DraftTable): Generator<DraftFile & { readonly content: string }> {
  let first: (DraftFile & { readonly content: string }) | null = null;
  for (const row of table.byDigest()) {
    const { content } = row.file;
    if (content === null) continue;
    if (first !== null && first.file.sha256 !== row.file.sha256) {
      yield first;
      first = null;
    }
    if (first === null || row.order < first.order) first = { ...row, content };
  }
  if (first !== null) yield first;
}

/** Ascending by digest, then by path. */
export function compareFiles(a: { readonly file: { readonly sha256: Sha256 }; readonly path: string }, b: typeof a): number {
  if (a.file.sha256 !== b.file.sha256) return a.file.sha256 < b.file.sha256 ? -1 : 1;
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
