import { HmsError, tableVersionName } from '../contract/index.ts';
import type { TableName } from '../contract/index.ts';
import { canonicalJson, parseStats } from '../core/index.ts';
import type { AddFile, TableFile, TableSchema, TableVersionDetail } from '../core/index.ts';
import type { WritableLake } from './open.ts';
import { QueryProcesses, QuerySession } from './query/index.ts';
import { PROGRAM } from './station.ts';
import { commitTables, linesUnknown, partsOfView, tableUnknown } from './tables/index.ts';
import { partsOf, tableDesk, writeCheckpoints, writeParts } from './table-rows.ts';
import { openScratch } from './transform-world.ts';

/** Compaction: the rows of many small files written anew as few large ones, as a recorded step. Older versions keep their files, so that any instant still gives what it gave. */

export interface CompactOptions {
  readonly signal: AbortSignal;
  readonly processes?: QueryProcesses;
  /** Files of this size and more are left as they are; bytes. */
  readonly large?: number;
}

export interface Compacted {
  /** Null where there was nothing to gain. */
  readonly version: TableVersionDetail | null;
  readonly before: number;
  readonly after: number;
  readonly rows: number;
}

const LARGE = 128 * 1024 * 1024;
/** A table that was changed by others while it was compacted is tried again; then the person is told. */
const ATTEMPTS = 3;

/** Compacts the newest version of a table. */
export async function compactTable(lake: WritableLake, name: TableName, options: CompactOptions): Promise<Compacted> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await compactOnce(lake, name, options);
    } catch (error) {
      if (!(error instanceof HmsError) || error.code !== 'TABLE_MOVED' || attempt === ATTEMPTS) throw error;
      await lake.refresh();
    }
  }
}

async function compactOnce(lake: WritableLake, name: TableName, { signal, processes = new QueryProcesses(), large = LARGE }: CompactOptions): Promise<Compacted> {
  const newest = lake.catalog.tables.version(name, null);
  if (newest === null) throw tableUnknown(name);
  const view = lake.catalog.tables.view(newest, []);
  const snapshot = lake.catalog.tables.snapshot(newest);
  if (view === null || snapshot === null) throw linesUnknown(name, newest.version);
  const chosen = smallFiles(view.files, large);
  const rows = chosen.reduce((sum, file) => sum + file.rows, 0);
  if (chosen.length === 0) return { version: null, before: view.files.length, after: view.files.length, rows: 0 };
  const { columns, parts } = partsOfView(lake.paths, name, view, chosen);
  const scratch = await openScratch(lake);
  const session = new QuerySession(processes, { files: parts.flatMap(({ files }) => files), output: scratch.outputs, temporary: scratch.temporary });
  const columnsAt = (schema: number): TableSchema => view.schemas.get(schema) ?? [];
  try {
    await session.table({ kind: 'parts', name, columns, parts }, signal);
    const shape = { schema: view.schema, partitionBy: view.partitionColumns };
    const written = await writeParts({ session, scratch, signal }, { ...shape, select: `SELECT * FROM ${name}` });
    const kept = written.reduce((sum, part) => sum + part.rows, 0);
    if (kept !== rows) throw new HmsError('TABLE_DAMAGED', `The files of ${tableVersionName(name, newest.version)} hold ${kept} rows, and the ledger says ${rows}.`, { kept: 'Nothing was changed.', next: 'Run `hms dta verify` on the lake.' });
    const hidden = hiddenColumns(view.schema, chosen, columnsAt, snapshot.files);
    const committed = await commitTables(tableDesk(lake), {
      changes: [{ name, parts: partsOf(name, written, { ...shape, hidden }, scratch), removes: chosen.map(({ path }) => path), operation: 'OPTIMIZE' }],
      sources: [],
      message: `Compacted ${chosen.length} files`,
      transform: 'compact',
      engine: PROGRAM,
    });
    await writeCheckpoints(lake, committed.versions, processes);
    return { version: committed.versions[0] ?? null, before: view.files.length, after: view.files.length - chosen.length + written.length, rows };
  } finally {
    await session.close();
    await scratch.close();
  }
}

/** The small files of partitions that have more than one of them. */
function smallFiles(files: readonly TableFile[], large: number): TableFile[] {
  const partitions = new Map<string, TableFile[]>();
  for (const file of files) {
    if (file.size >= large) continue;
    const key = canonicalJson(file.partition);
    const list = partitions.get(key) ?? [];
    list.push(file);
    partitions.set(key, list);
  }
  return [...partitions.values()].filter((list) => list.length > 1).flat();
}

/** Columns of which one of the files keeps its statistics to itself: the new files do so too. */
function hiddenColumns(schema: TableSchema, files: readonly TableFile[], columnsAt: (schema: number) => TableSchema, adds: ReadonlyMap<string, AddFile>): ReadonlySet<string> {
  const hidden = new Set<string>();
  for (const file of files) {
    const { nulls } = parseStats(adds.get(file.path)?.stats);
    for (const { name } of schema) if (!nulls.has(name) && columnsAt(file.schema).some((column) => column.name === name)) hidden.add(name);
  }
  return hidden;
}
