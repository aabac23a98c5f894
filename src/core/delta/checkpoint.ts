import { canonicalJson } from '../canonical.ts';
import type { Json } from '../canonical.ts';
import type { Snapshot } from './snapshot.ts';

/** Content of a classic checkpoint (PROTOCOL.md "Classic Checkpoint"): one row an action, `commitInfo` left out. */

/** The rows as JSON, the same columns in each; a column that a row does not have is NULL. */
export function* checkpointRows({ protocol, metaData, domains, files, tombstones }: Snapshot): Generator<string> {
  if (protocol === null || metaData === null) throw new RangeError('A table without a first commit has no checkpoint.');
  yield row({ protocol });
  yield row({ metaData });
  for (const domainMetadata of domains.values()) yield row({ domainMetadata });
  for (const add of files.values()) yield row({ add });
  // Neither statistics nor tags of files that are gone.
  for (const remove of tombstones.values()) yield row({ remove });
}

function row(action: object): string {
  return canonicalJson(action as Json);
}

/** The columns of the checkpoint, in the form in which DuckDB's `from_json` takes types. With writer version 7 `writerFeatures` may not be NULL. */
export const checkpointColumns = {
  protocol: { minReaderVersion: 'INTEGER', minWriterVersion: 'INTEGER', readerFeatures: ['VARCHAR'], writerFeatures: ['VARCHAR'] },
  metaData: {
    id: 'VARCHAR',
    name: 'VARCHAR',
    description: 'VARCHAR',
    format: { provider: 'VARCHAR', options: 'MAP(VARCHAR,VARCHAR)' },
    schemaString: 'VARCHAR',
    partitionColumns: ['VARCHAR'],
    configuration: 'MAP(VARCHAR,VARCHAR)',
    createdTime: 'BIGINT',
  },
  domainMetadata: { domain: 'VARCHAR', configuration: 'VARCHAR', removed: 'BOOLEAN' },
  add: { path: 'VARCHAR', partitionValues: 'MAP(VARCHAR,VARCHAR)', size: 'BIGINT', modificationTime: 'BIGINT', dataChange: 'BOOLEAN', stats: 'VARCHAR', tags: 'MAP(VARCHAR,VARCHAR)' },
  remove: { path: 'VARCHAR', deletionTimestamp: 'BIGINT', dataChange: 'BOOLEAN', extendedFileMetadata: 'BOOLEAN', partitionValues: 'MAP(VARCHAR,VARCHAR)', size: 'BIGINT' },
} as const;

/** Commits from one checkpoint to the next: a reader on a share pays a round trip for each commit after the last one. */
export const CHECKPOINT_EVERY = 10;

export function isCheckpointDue(version: number): boolean {
  return version % CHECKPOINT_EVERY === 0;
}
