import type { Clock } from '../clock.ts';
import type { Durable } from '../lake/index.ts';
import type { ErrorCode, Instant, LogicalPath, OnProgress } from '../../contract/index.ts';

/**
 * What is to be put into a draft.
 *
 * A file gets its own name; a folder brings its own name with it, as `cp -r` would: `put /mnt/scans` makes `scans/…`. A path that ends
 * in `.` (`/mnt/scans/.`, or `.` alone) or in `..` brings the content without the folder's name. `as` stands in place of the file's or
 * folder's name. A stream's size is not known; its `mtime` may be.
 */
export type Source =
  | { readonly kind: 'path'; readonly path: string; readonly as?: LogicalPath }
  | { readonly kind: 'stream'; readonly stream: AsyncIterable<Uint8Array>; readonly as: LogicalPath; readonly mtime: Instant | null };
export type PathSource = Extract<Source, { kind: 'path' }>;
export type StreamSource = Extract<Source, { kind: 'stream' }>;

/** A file or folder that was not taken. The intake goes on with the others. */
export interface IntakeProblem {
  readonly code: Extract<ErrorCode, 'SOURCE_CHANGED' | 'SOURCE_UNREADABLE' | 'SOURCE_REFUSED' | 'NAME_INVALID'>;
  /** Path on disk; bytes that are not UTF-8 as `\xNN`. */
  readonly source: string;
  /** Name that it would have had; null where it cannot have one. */
  readonly path: LogicalPath | null;
  /** A plain sentence, with what to do. */
  readonly message: string;
}

/** What was met and, by rule, is not a file of the dataset. Lists are cut at `maxProblems`; the counts are whole. */
export interface IntakeNotes {
  readonly emptyFolders: readonly string[];
  readonly symlinks: readonly { readonly path: string; readonly target: string }[];
  readonly special: readonly { readonly path: string; readonly kind: string }[];
  readonly counts: { readonly emptyFolders: number; readonly symlinks: number; readonly special: number };
}

export interface IntakeReport {
  /** Files that this intake wrote into the draft's journal, and their size in bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Files that are in the version before with the same bytes: nothing to stage. */
  readonly unchanged: number;
  /** Files that the draft held already, from an intake before. */
  readonly resumed: number;
  readonly notes: IntakeNotes;
  /** At most `maxProblems`, in the order in which they were met. */
  readonly problems: readonly IntakeProblem[];
  readonly problemCount: number;
}

export interface IntakeDeps {
  readonly durable: Durable;
  readonly clock: Clock;
  /** Absolute path of the lake: nothing in it is taken in. */
  readonly lake: string;
  /** Copying threads; default one a core, at most 4. */
  readonly workers?: number;
  /** Copy in this thread, on `durable.disk.blocking`: for a few small files, and for tests that inject faults. */
  readonly inline?: boolean;
  /** Bytes that are read at a time; progress is told and a stop is looked for between two reads. Default 4 MiB. */
  readonly pieceBytes?: number;
}

export interface IntakeOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Default 1,000. */
  readonly maxProblems?: number;
}
