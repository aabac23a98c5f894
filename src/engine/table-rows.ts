import { HmsError } from '../contract/index.ts';
import type { TableName } from '../contract/index.ts';
import { canonicalJson, checkpointColumns, checkpointRows, duckType, isCheckpointDue, partitionText, statsText } from '../core/index.ts';
import type { ColumnFacts, TableSchema, TableVersionDetail } from '../core/index.ts';
import { tableShelf } from './finish.ts';
import { inWords, newTxn } from './lake/index.ts';
import type { WritableLake } from './open.ts';
import { QueryProcesses, QuerySession } from './query/index.ts';
import type { PartsOptions, WrittenPart } from './query/index.ts';
import { commitTables, publishCheckpoint, tableUnknown } from './tables/index.ts';
import type { CommittedTables, NewPart, TableAct, TableChange, TableDefinition, TableDesk } from './tables/index.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Rows into tables: written as Parquet by the query process, then committed. Whoever calls this has checked and masked them. */

/** Rows of one table, as a SELECT over the tables of a query session. */
export interface RowsOf {
  readonly name: TableName;
  /** All of it for a new table; left out where the rows have the columns that the table has. */
  readonly definition?: TableDefinition;
  /** Gives the table's columns, by their names; each is cast to its type. */
  readonly select: string;
  /** What `writeParts` made of it, where that is done; else it is done here. */
  readonly written?: readonly WrittenPart[];
  /** Columns that get no statistics, because they are classed as personal and are not masked. */
  readonly hidden?: ReadonlySet<string>;
  readonly contract?: TableChange['contract'];
  readonly mayBeEmpty?: TableChange['mayBeEmpty'];
}

export interface RowsDesk {
  /** Opened with the files that the SELECTs read, and with `scratch.outputs` as its output folder. */
  readonly session: QuerySession;
  readonly scratch: ScratchFolder;
  readonly signal: AbortSignal;
  /** Of a program that goes on running; else one is started where a checkpoint is due. */
  readonly processes?: QueryProcesses;
}

export function tableDesk(lake: WritableLake): TableDesk {
  return { ...tableShelf(lake), signer: lake.signer };
}

/** Writes the rows and commits them, all tables in one entry. Rows that give a required column no value are refused, and nothing is changed. */
export async function insertRows(lake: WritableLake, rows: readonly RowsOf[], act: Omit<TableAct, 'changes'>, desk: RowsDesk): Promise<CommittedTables> {
  const changes: TableChange[] = [];
  for (const { name, definition, select, written: before, hidden = new Set<string>(), contract, mayBeEmpty = false } of rows) {
    const { schema, partitionBy } = shapeOf(lake, name, definition);
    const written = before ?? (await writeParts(desk, { select, schema, partitionBy }));
    changes.push({
      name,
      parts: partsOf(name, written, { schema, partitionBy, hidden }, desk.scratch),
      ...(definition === undefined ? {} : { definition }),
      ...(contract === undefined ? {} : { contract }),
      mayBeEmpty,
    });
  }
  const committed = await commitTables(tableDesk(lake), { ...act, changes });
  await writeCheckpoints(lake, committed.versions, desk.processes);
  return committed;
}

function shapeOf(lake: WritableLake, name: TableName, definition: TableDefinition | undefined): { schema: TableSchema; partitionBy: readonly string[] } {
  if (definition !== undefined) return definition;
  const newest = lake.catalog.tables.version(name, null);
  const view = newest === null ? null : lake.catalog.tables.view(newest, []);
  if (view === null) throw tableUnknown(name);
  return { schema: view.schema, partitionBy: view.partitionColumns };
}

/** Writes the result of a SELECT as Parquet files into the scratch folder, columns in the order and of the types of the schema. */
export function writeParts({ session, scratch, signal }: RowsDesk, { select, schema, partitionBy }: { readonly select: string; readonly schema: TableSchema; readonly partitionBy: readonly string[] }, options: PartsOptions = {}): Promise<readonly WrittenPart[]> {
  const columns = schema.map(({ name, type }) => `CAST(${quoted(name)} AS ${duckType(type)}) AS ${quoted(name)}`);
  return session.parts(`SELECT ${columns.join(', ')} FROM (${select}\n)`, scratch.output(`parts-${scratch.next()}`), partitionBy, signal, options);
}

/** What was written, as files to come into a table; each is removed from the scratch folder once it was read. */
export async function* partsOf(
  table: TableName,
  written: readonly WrittenPart[],
  { schema, partitionBy, hidden }: { readonly schema: TableSchema; readonly partitionBy: readonly string[]; readonly hidden: ReadonlySet<string> },
  scratch: ScratchFolder,
): AsyncGenerator<NewPart> {
  for (const { file, rows, partition, columns } of written) {
    const facts = new Map<string, ColumnFacts>(columns.map((column) => [column.name, column]));
    const empty = schema.find(({ name, nullable }) => !nullable && (facts.get(name)?.nulls ?? 0) > 0);
    if (empty !== undefined) throw refused(table, `The column "${empty.name}" is required, and ${facts.get(empty.name)?.nulls ?? 0} rows have no value in it.`);
    const values = partitionBy.map((name) => {
      const type = schema.find((column) => column.name === name)?.type ?? 'string';
      const value = partitionText(type, partition[name] ?? null);
      if (value === undefined) throw refused(table, `The table is partitioned by "${name}", and "${partition[name] ?? ''}" cannot be the value of a partition.`);
      return [name, value] as const;
    });
    yield { bytes: () => scratch.read(file), rows, partition: Object.fromEntries(values), stats: statsText(rows, schema, facts, hidden) };
    await scratch.remove(file);
  }
}

function refused(table: TableName, why: string): HmsError {
  return new HmsError('TABLE_REFUSED', `The table ${table} was not changed. ${why}`, { kept: 'Nothing was committed.' });
}

/** Checkpoints of versions that are due for one, for other programs' readers. They are copies: what goes wrong with one is no reason to fail the commit, and the next one mends it. */
export async function writeCheckpoints(lake: WritableLake, versions: readonly TableVersionDetail[], processes?: QueryProcesses): Promise<void> {
  for (const version of versions.filter((one) => isCheckpointDue(one.version))) {
    try {
      await writeCheckpoint(lake, version, processes);
    } catch (error) {
      if (!(error instanceof HmsError)) throw error;
    }
  }
}

export async function writeCheckpoint(lake: WritableLake, version: TableVersionDetail, processes = new QueryProcesses()): Promise<void> {
  const snapshot = lake.catalog.tables.snapshot(version);
  if (snapshot === null) return;
  const scratch = await openScratch(lake);
  const session = new QuerySession(processes, { files: [scratch.input(0)], output: scratch.outputs, temporary: scratch.temporary });
  const { signal } = new AbortController();
  const folder = lake.paths.transaction(newTxn(lake.clock));
  try {
    let rows = 0;
    let longestRow = 0;
    const lines = function* (): Generator<Uint8Array> {
      for (const row of checkpointRows(snapshot)) {
        const line = Buffer.from(`"${row.replaceAll('"', '""')}"\n`);
        rows += 1;
        longestRow = Math.max(longestRow, line.length);
        yield line;
      }
    };
    await scratch.write(scratch.input(0), asyncOf(lines()));
    await session.table({ kind: 'plain', name: 'actions', file: scratch.input(0), columns: [{ name: 'action', type: 'VARCHAR' }], longestRow }, signal);
    const structure = canonicalJson(checkpointColumns).replaceAll("'", "''");
    const columns = Object.keys(checkpointColumns).map((name) => `a.${quoted(name)} AS ${quoted(name)}`);
    const [part] = await session.parts(`SELECT ${columns.join(', ')} FROM (SELECT from_json(action, '${structure}') AS a FROM actions)`, scratch.output('checkpoint'), [], signal);
    if (part?.rows !== rows) throw new Error(`The checkpoint of ${version.table} has ${part?.rows ?? 0} rows instead of ${rows}.`);
    await inWords('Writing a checkpoint of the table', 'The rows are committed.', async () => {
      await lake.durable.makeFolder(folder);
      await publishCheckpoint(tableShelf(lake), version, rows, () => scratch.read(part.file), folder);
    });
  } finally {
    await session.close();
    await lake.durable.removeTree(folder);
    await scratch.close();
  }
}

async function* asyncOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
