import type { DatasetId, OnProgress, Sha256, Tag } from '../contract/index.ts';
import type { CommittedVersion } from './lake/index.ts';
import type { WritableLake } from './open.ts';
import type { MadeFile, TransformCounts, TransformName, TransformSpec } from './transforms/index.ts';

/** Transforms over a lake: from versions, by a recorded step, to the next version of a dataset. */

export interface TransformOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** The dataset that gets the result, where it is not that of the (first) source; one that is not there is made. */
  readonly into?: DatasetId;
}

export interface TransformCommit {
  /** Null: "Version N". */
  readonly message: string | null;
  readonly tags: readonly Tag[];
  /** Shown as the author in the inventory. */
  readonly author?: string;
}

/** The result of a transform, staged and not yet a version. One of `commit` and `discard` ends it; until then nobody else works on a draft of the dataset. */
export interface PendingTransform {
  readonly transform: TransformName;
  /** The versions that it was made from: `WF-2024-07:v1`, and the hash of its inventory. */
  readonly sources: readonly { readonly ref: string; readonly sha256: Sha256 }[];
  readonly into: DatasetId;
  readonly made: readonly MadeFile[];
  readonly counts: TransformCounts;
  /** Commits it as the next version, with its lineage. Where that is refused, nothing is left of it. */
  commit(options: TransformCommit): Promise<CommittedVersion>;
  /** Leaves nothing behind. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/**
 * Runs a transform over the version that each of `sources` means (`ID:v1`, `ID:tag` …) and stages its result. Files that it does not touch stay in the dataset as
 * its newest version has them. Throws HmsError where it cannot be done and CancelledError after `signal`; nothing is left behind then.
 */
export type PrepareTransform = (lake: WritableLake, sources: string | readonly string[], spec: TransformSpec, options: TransformOptions) => Promise<PendingTransform>;
