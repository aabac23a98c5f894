import type { TableName } from '../contract/index.ts';
import type { PartitionValues, TableFile, TableSchema, TableVersionDetail } from '../core/index.ts';
import { conditionsOf } from './cube-sources.ts';
import type { CubeSource } from './cube-sources.ts';
import { boundsFor } from './cubes/index.ts';
import type { CubePlan } from './cube-definition.ts';
import type { CubeWindow, Refreshed } from './cubes/index.ts';
import type { ReadableLake } from './open.ts';
import type { SimpleShape } from './query/index.ts';

/**
 * Which part of a cube has to be made anew. A cube over one table that passes the columns on by which both are laid out is made part by part: a part of the table makes the same part of the
 * cube, and no other. One that goes row by row over a table to which files were only added gets the rows of these.
 */
export interface CubeChanges {
  /** Files of the source from which rows are made. */
  readonly from: readonly TableFile[];
  /** Files of the cube that go. */
  readonly removes: readonly TableFile[];
}

/** More files than these are written together by a full refresh. */
const MOST_FILES = 500;

export interface CubeBefore {
  readonly version: TableVersionDetail;
  readonly files: readonly TableFile[];
  readonly refreshed: Refreshed;
}

/** Null where all of it has to be. */
export function changesSince(lake: ReadableLake, plan: CubePlan, shape: SimpleShape | null, source: CubeSource, before: CubeBefore, window: CubeWindow | null): CubeChanges | null {
  const [was, ...others] = before.refreshed.sources;
  if (shape === null || was === undefined || others.length > 0 || was.name !== source.version.table || was.version > source.version.version || before.files.length > MOST_FILES) return null;
  const wasVersion = lake.catalog.tables.version(was.name as TableName, was.version);
  const then = wasVersion === null ? null : lake.catalog.tables.view(wasVersion, []);
  const now = lake.catalog.tables.view(source.version, []);
  if (then === null || now === null) return null;
  const [old, current] = [pathsOf(then.files), pathsOf(now.files)];
  const added = now.files.filter(({ path }) => !old.has(path));
  const removed = then.files.filter(({ path }) => !current.has(path));
  if (plan.partition.length === 0) return shape.groupedBy === null && window === null && removed.length === 0 ? { from: added, removes: [] } : null;
  const passed = passedColumns(plan, shape, source.schema);
  if (passed === null || !passed.every((column) => now.partitionColumns.includes(column))) return null;
  const keyOf = (partition: PartitionValues): string => JSON.stringify(passed.map((column) => partition[column] ?? null));
  const moved = window === null ? [] : movedOver(lake, source, before.refreshed.window, window);
  if (moved === null) return null;
  const keys = new Set([...added, ...removed, ...moved].map(({ partition }) => keyOf(partition)));
  return {
    from: source.view.files.filter(({ partition }) => keys.has(keyOf(partition))),
    removes: before.files.filter(({ partition }) => keys.has(JSON.stringify(plan.partition.map((column) => partition[column] ?? null)))),
  };
}

/** For each column that the cube is laid out by, the table's column that it is; null where one of them is not simply that. */
function passedColumns({ partition }: CubePlan, { passed, passesAll, made, groupedBy }: SimpleShape, schema: TableSchema): string[] | null {
  const columns: string[] = [];
  for (const name of partition) {
    const as = name.toLowerCase();
    const candidates = [...passed.filter((one) => one.as === as).map(({ column }) => column), ...(passesAll && schema.some((column) => column.name.toLowerCase() === as) ? [as] : [])];
    const [only, second] = candidates;
    if (only === undefined || second !== undefined || made.includes(as) || (groupedBy !== null && !groupedBy.includes(only))) return null;
    const column = schema.find((one) => one.name.toLowerCase() === only);
    if (column === undefined) return null;
    columns.push(column.name);
  }
  return columns;
}

/** Files that may have rows over which a bound of the window went since; null where that cannot be told. */
function movedOver(lake: ReadableLake, { version, window, schema }: CubeSource, before: Refreshed['window'], now: CubeWindow): readonly TableFile[] | null {
  const type = schema.find(({ name }) => name === window?.column)?.type;
  if (window === null || before === null || (type !== 'date' && type !== 'timestamp')) return null;
  const [a, b] = [boundsFor(type, before, lake.lake.zone), boundsFor(type, now, lake.lake.zone)];
  const files: TableFile[] = [];
  for (const [from, to] of [[a.after, b.after], [a.until, b.until]] as const) {
    if (from === to) continue;
    const [after, until] = from < to ? [from, to] : [to, from];
    const view = lake.catalog.tables.view(version, conditionsOf({ column: window.column, after, until }));
    if (view === null) return null;
    files.push(...view.files);
  }
  return files;
}

function pathsOf(files: readonly TableFile[]): ReadonlySet<string> {
  return new Set(files.map(({ path }) => path));
}
