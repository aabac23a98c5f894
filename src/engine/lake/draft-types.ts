import type { DatasetId, Instant, LogicalPath, Sha256, TxnId } from '../../contract/index.ts';

/** A line of a draft's journal: docs/formats/lake.md section 12. `content` is the path below `version/content/`, or null where the bytes are already in the object. */
export type JournalLine =
  | {
      readonly do: 'add' | 'replace';
      readonly path: LogicalPath;
      readonly sha256: Sha256;
      readonly size: number;
      readonly mtime: Instant | null;
      readonly content: string | null;
    }
  | { readonly do: 'remove'; readonly path: LogicalPath }
  | { readonly do: 'rename'; readonly path: LogicalPath; readonly from: LogicalPath }
  | { readonly do: 'note'; readonly note: 'emptyFolder'; readonly path: string }
  | { readonly do: 'note'; readonly note: 'symlink'; readonly path: string; readonly target: string }
  | { readonly do: 'note'; readonly note: 'special'; readonly path: string; readonly kind: string };

export interface StagedFile {
  readonly sha256: Sha256;
  readonly size: number;
  readonly mtime: Instant | null;
  readonly content: string | null;
}

/** What an intake needs of a draft: where bytes go, what is there already, and a journal. */
export interface DraftIntake {
  readonly txn: TxnId;
  readonly dataset: DatasetId;
  /** Absolute path of `staging/<txn>/version/content`; exists. */
  readonly contentFolder: string;
  /**
   * A content path for these bytes (below contentFolder, `/` between parts), unique in this draft. Where the path was staged before, a
   * new one all the same: the older bytes may be in use by another process's journal.
   */
  assign(path: LogicalPath): string;
  /** What the draft's journals say of the path: the file as staged, 'gone' where the draft removes it, or null. */
  staged(path: LogicalPath): StagedFile | 'gone' | null;
  /** The file at this path in the version that the draft starts from. */
  base(path: LogicalPath): { readonly sha256: Sha256; readonly size: number } | null;
  /** Appends lines to this process's journal; durable when it returns. Call it only after the bytes they name are durable. */
  record(lines: readonly JournalLine[]): Promise<void>;
}
