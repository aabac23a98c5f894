import type { DatasetId, DropName, Instant, LogicalPath, RootName, Sha256, TxnId } from '../../contract/index.ts';
import type { Frontier, Judgement, LedgerView } from '../../core/index.ts';
import type { BodyState } from './body-file.ts';
import type { TreeHead } from './checkpoint-files.ts';
import type { LedgerEnd } from './claim.ts';

/** A version that the ledger names, with what is needed to find its bytes. A raw drop is an object of one version. */
export interface ClaimedVersion {
  readonly dataset: DatasetId | DropName;
  readonly root: RootName;
  readonly version: number;
  readonly hash: Sha256;
  readonly txn: TxnId;
  readonly seq: number;
}

export interface IndexedFile {
  readonly path: LogicalPath;
  readonly sha256: Sha256;
  readonly size: number;
  readonly mtime: Instant | null;
}

/** A leaf with its judgement and its body, as the index takes it. */
export interface JudgedLeaf {
  readonly seq: number;
  readonly leafHash: Uint8Array;
  readonly judgement: Judgement;
  readonly body: BodyState;
}

/** One transaction of the index: `view` shows what was applied so far in it. */
export interface IndexTransaction {
  readonly view: LedgerView;
  apply(leaf: JudgedLeaf): Promise<void>;
}

/** What the store and the ledger ask of the local index; the catalog answers it. Everything is as of the last entry that was read. */
export interface LakeIndex {
  readonly view: LedgerView;
  /**
   * Runs `work` in one transaction if the index still ends at `expectedSize`, else answers `moved`: another process of this station was quicker.
   * `work` gives the next leaves in order. What it throws undoes the transaction.
   */
  project(expectedSize: number, work: (transaction: IndexTransaction) => Promise<void>): Promise<'applied' | 'moved'>;
  /** What `work` asks here is asked of one moment, which costs less than one by one. It must not wait for anything. */
  look<T>(work: () => T): T;
  /** The end of what was read, as one look: another process of this station may move the index on between two. */
  end(): LedgerEnd;
  frontier(): Frontier;
  leafHashes(from: number, count: number): readonly Uint8Array[];
  /** The size and root with which this log was last compared. */
  checked(): TreeHead | null;
  setChecked(head: TreeHead): Promise<void>;
  /** Storage root of a dataset that has one: as its bodies say, or, where those are destroyed, where it lies. Null before its first version where no body says it. */
  rootOf(dataset: DatasetId): RootName | null;
  claimedVersion(dataset: DatasetId | DropName, version: number): ClaimedVersion | null;
  versionTotals(dataset: DatasetId, version: number): { readonly files: number; readonly bytes: number } | null;
  fileAt(dataset: DatasetId, version: number, path: LogicalPath): IndexedFile | null;
  /** Paths of a version below a folder, in order. */
  pathsBelow(dataset: DatasetId, version: number, folder: string): Iterable<LogicalPath>;
  /** Paths whose file differs between two versions. */
  changedPaths(dataset: DatasetId, from: number, to: number): Iterable<LogicalPath>;
  /** Versions that were not yet seen in place, oldest first. */
  unplaced(): readonly ClaimedVersion[];
  markPlaced(dataset: DatasetId | DropName, version: number): Promise<void>;
}
