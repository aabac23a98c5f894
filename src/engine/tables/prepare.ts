import { createHash } from 'node:crypto';
import { HmsError } from '../../contract/index.ts';
import type { Sha256, TableCount, TableName, TableOperation, TableWords } from '../../contract/index.ts';
import { actionText, evolutionFault, parseSchema, partitionText, PROTOCOL, schemaFault, schemaText } from '../../core/index.ts';
import type { AddFile, DeltaAction, DomainMetadata, MetaData, PartitionValues, RemoveFile, TableSchema, TableVersionDetail } from '../../core/index.ts';
import type { TableChange, TableDefinition, TableIndex } from './types.ts';

/** What a change makes of a table, as the lines of its Delta commit. */

export interface StagedPart {
  readonly add: AddFile;
  readonly rows: number;
}

export interface PreparedTable {
  readonly name: TableName;
  readonly base: TableVersionDetail | null;
  readonly version: number;
  readonly actions: readonly DeltaAction[];
  /** Of the lines. */
  readonly hash: Sha256;
  readonly words: TableWords;
}

export interface PrepareFacts {
  readonly tables: TableIndex;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A new UUID for a new table. */
  readonly id: string;
}

const KEPT = 'Nothing was committed.';
/** Old versions are records: readers that tidy up must leave them alone for longer than any schedule. */
const CONFIGURATION = {
  'delta.deletedFileRetentionDuration': 'interval 36500 days',
  'delta.enableInCommitTimestamps': 'true',
  'delta.logRetentionDuration': 'interval 36500 days',
};

/** Prepares the next version of a table on its newest. */
export function prepareTable({ tables, now, id }: PrepareFacts, change: TableChange, parts: readonly StagedPart[]): PreparedTable {
  const { name, definition } = change;
  const base = tables.version(name, null);
  if (base === null && definition === undefined) throw tableUnknown(name);
  const before = base === null ? null : tables.description(base);
  if (base !== null && before === null) throw linesUnknown(name, base.version);
  const metaData = nextMetaData(name, definition, before?.metaData ?? null, now, id);
  const current = metaData ?? (before?.metaData as MetaData);
  const schema = parseSchema(current.schemaString);
  if (schema === null) throw linesUnknown(name, base?.version ?? 1);
  for (const { add } of parts) refusePartition(name, schema, current.partitionColumns, add.partitionValues);
  const { removes, removed } = removesOf(tables, change, now);
  const changes: DeltaAction[] = [
    ...(base === null ? [{ protocol: PROTOCOL }] : []),
    ...(metaData === null ? [] : [{ metaData }]),
    ...nextDomains(definition, before?.domains ?? []).map((domainMetadata) => ({ domainMetadata })),
    ...removes.map((remove) => ({ remove })),
    ...parts.map(({ add }) => ({ add: change.operation === 'OPTIMIZE' ? { ...add, dataChange: false } : add })),
  ];
  // Every version has a line; one of no row says again under which contract none came.
  const actions = changes.length === 0 && change.mayBeEmpty === true ? nextDomains(definition, []).map((domainMetadata) => ({ domainMetadata })) : changes;
  if (actions.length === 0) throw new HmsError('TABLE_REFUSED', `There is nothing to commit to the table ${name}: no row and no column more.`, { kept: KEPT });
  const hash = createHash('sha256');
  for (const action of actions) hash.update(`${actionText(action)}\n`);
  const version = (base?.version ?? 0) + 1;
  const operation: TableOperation = change.operation ?? (base === null ? 'CREATE TABLE' : parts.length === 0 && metaData !== null ? 'ADD COLUMNS' : 'WRITE');
  return {
    name,
    base,
    version,
    actions,
    hash: hash.digest('hex') as Sha256,
    words: {
      name,
      version,
      operation,
      lines: actions.length,
      added: countOf(parts.map(({ add, rows }) => ({ rows, size: add.size }))),
      removed,
      ...(change.contract === undefined ? {} : { contract: { name: change.contract.name, sha256: change.contract.sha256 as Sha256 } }),
    },
  };
}

function countOf(files: readonly { readonly rows: number; readonly size: number }[]): TableCount {
  return { files: files.length, rows: files.reduce((sum, { rows }) => sum + rows, 0), bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

/** The description with which the version begins; null where that of the version before goes on to hold. */
function nextMetaData(name: TableName, definition: TableDefinition | undefined, before: MetaData | null, now: number, id: string): MetaData | null {
  if (definition === undefined) return null;
  const { schema, partitionBy, description, constraints = {} } = definition;
  const fault = schemaFault(schema, partitionBy);
  if (fault !== null) throw refused(name, fault);
  const configuration = { ...CONFIGURATION, ...Object.fromEntries(Object.entries(constraints).map(([label, sql]) => [`delta.constraints.${label}`, sql])) };
  const made = (created: number, table: string): MetaData => ({
    id: table,
    name,
    ...(description === undefined ? {} : { description }),
    format: { provider: 'parquet', options: {} },
    schemaString: schemaText(schema),
    partitionColumns: [...partitionBy],
    configuration,
    createdTime: created,
  });
  if (before === null) return made(now, id);
  const current = parseSchema(before.schemaString) ?? [];
  const evolution = evolutionFault(current, schema);
  if (evolution !== null) throw refused(name, evolution);
  if (before.partitionColumns.join('\0') !== partitionBy.join('\0')) throw refused(name, `It is partitioned by ${before.partitionColumns.join(', ') || 'nothing'}, and a table keeps that.`);
  const next = made(before.createdTime ?? now, before.id);
  return actionText({ metaData: next }) === actionText({ metaData: before }) ? null : next;
}

function nextDomains(definition: TableDefinition | undefined, before: readonly DomainMetadata[]): DomainMetadata[] {
  return Object.entries(definition?.domains ?? {}).flatMap(([domain, configuration]) =>
    before.some((one) => one.domain === domain && one.configuration === configuration) ? [] : [{ domain, configuration, removed: false }],
  );
}

function refusePartition(name: TableName, schema: TableSchema, columns: readonly string[], values: PartitionValues): void {
  if (Object.keys(values).sort().join('\0') !== [...columns].sort().join('\0')) throw refused(name, `A file gives values for ${Object.keys(values).join(', ') || 'no column'}, and the table is partitioned by ${columns.join(', ') || 'nothing'}.`);
  for (const [column, value] of Object.entries(values)) {
    const type = schema.find((one) => one.name === column)?.type;
    if (type === undefined || partitionText(type, value) !== value) throw refused(name, `"${value ?? 'NULL'}" cannot be the value of the column "${column}" in a partition.`);
  }
}

function removesOf(tables: TableIndex, { name, removes = [], operation }: TableChange, now: number): { removes: RemoveFile[]; removed: TableCount } {
  const files = removes.map((path) => {
    const file = tables.file(name, path);
    const newest = tables.version(name, null)?.version ?? 0;
    if (file === null || file.until <= newest) throw moved(name, path);
    return file;
  });
  return {
    removes: files.map(({ path, partition, size }) => ({ path, deletionTimestamp: now, dataChange: operation !== 'OPTIMIZE', extendedFileMetadata: true, partitionValues: partition, size })),
    removed: countOf(files),
  };
}

export function tableUnknown(name: string): HmsError {
  return new HmsError('TABLE_UNKNOWN', `There is no table ${name} in this lake.`, { kept: 'Nothing was changed.', next: 'See the tables with: hms dta table ls' });
}

export function linesUnknown(name: TableName, version: number): HmsError {
  return new HmsError('TABLE_DAMAGED', `Which files the table ${name} has at v${version} is not known: the ledger's words for it, or for a version before, are missing or were changed.`, {
    kept: 'Nothing was changed.',
    next: 'Run `hms dta verify` on the lake, restore what it names from a backup, then `hms dta rebuild`.',
  });
}

function refused(name: TableName, why: string): HmsError {
  return new HmsError('TABLE_REFUSED', `The table ${name} was not changed. ${why}`, { kept: KEPT });
}

function moved(name: TableName, path: string): HmsError {
  return new HmsError('TABLE_MOVED', `The table ${name} was changed by someone else meanwhile: the file ${path} is no longer in its newest version.`, { kept: KEPT, next: 'Run the command again; it begins with the newest version.' });
}
