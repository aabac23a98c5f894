import { canonicalJson } from '../canonical.ts';
import type { DeltaAction } from './actions.ts';
import { actionText } from './actions.ts';
import type { Snapshot } from './snapshot.ts';

/** The files of `_delta_log`, as texts: each is a function of what the ledger says, so that whoever writes one writes the same bytes. */

export const LOG_FOLDER = '_delta_log';
export const LAST_CHECKPOINT = '_last_checkpoint';

/** A table's version N is Delta's version N − 1, which counts from 0. */
export function deltaVersion(version: number): number {
  return version - 1;
}

function padded(version: number): string {
  return String(deltaVersion(version)).padStart(20, '0');
}

/** `00000000000000000002.json` for a table's v3. */
export function commitFileName(version: number): string {
  return `${padded(version)}.json`;
}

export function checksumFileName(version: number): string {
  return `${padded(version)}.crc`;
}

export function checkpointFileName(version: number): string {
  return `${padded(version)}.checkpoint.parquet`;
}

/** What the entry says that a commit's first line repeats. */
export interface CommitFacts {
  /** `at` of the entry, milliseconds since 1970: rises from entry to entry, as in-commit timestamps must. */
  readonly at: number;
  readonly seq: number;
  readonly txn: string;
  readonly operation: string;
  /** The program, as the body names it. */
  readonly engine: string;
}

/** The first line of a commit's file, with its line end. */
export function commitInfoLine({ at, seq, txn, operation, engine }: CommitFacts): string {
  const commitInfo = { engineInfo: engine, inCommitTimestamp: at, isBlindAppend: operation === 'WRITE', operation, operationParameters: {}, seq, timestamp: at, txnId: txn };
  return `${canonicalJson({ commitInfo })}\n`;
}

/** The lines that an entry's output hashes, and that follow the first in the commit's file. */
export function actionLines(actions: Iterable<DeltaAction>): string {
  let text = '';
  for (const action of actions) text += `${actionText(action)}\n`;
  return text;
}

/** `.crc` (PROTOCOL.md "Version Checksum File"): what a reader can hold its own replay against. */
export function checksumText(snapshot: Snapshot, { at, txn }: Pick<CommitFacts, 'at' | 'txn'>): string {
  const { protocol, metaData, files, domains } = snapshot;
  if (protocol === null || metaData === null) throw new RangeError('A table without a first commit has no checksum.');
  let tableSizeBytes = 0;
  for (const { size } of files.values()) tableSizeBytes += size;
  return checksumOf({ tableSizeBytes, numFiles: files.size, protocol, metadata: metaData, domainMetadata: [...domains.values()], inCommitTimestampOpt: at, txnId: txn });
}

/** The same from totals that are known already. */
export function checksumOf(totals: { readonly tableSizeBytes: number; readonly numFiles: number; readonly protocol: object; readonly metadata: object; readonly domainMetadata: readonly object[]; readonly inCommitTimestampOpt: number; readonly txnId: string }): string {
  return canonicalJson({ ...totals, numMetadata: 1, numProtocol: 1 } as never);
}

/** `_last_checkpoint`. `size`: rows of the checkpoint. */
export function lastCheckpointText(version: number, size: number, bytes: number): string {
  return canonicalJson({ version: deltaVersion(version), size, sizeInBytes: bytes });
}
