import { join, sep } from 'node:path';
import type { TableName } from '../../contract/index.ts';
import { decodePath, duckType } from '../../core/index.ts';
import type { Condition, PartsColumn, TablePart, TablePaths, TableVersionDetail, TableView } from '../../core/index.ts';
import type { LakePaths } from '../lake/index.ts';
import { linesUnknown } from './prepare.ts';
import type { TableShelf } from './types.ts';

/** A version of a table as files and columns: what a statement reads. */
export interface TableFiles {
  readonly view: TableView;
  readonly columns: readonly PartsColumn[];
  /** `files` are absolute paths. */
  readonly parts: readonly TablePart[];
}

/** The files of a version that may hold rows which meet the conditions. TABLE_DAMAGED where they are not known. */
export function tableFiles({ ledger, tables }: TableShelf, version: TableVersionDetail, conditions: readonly Condition[] = []): TableFiles {
  const view = tables.view(version, conditions);
  if (view === null) throw linesUnknown(version.table, version.version);
  return { view, ...partsOfView(ledger.context.paths, version.table, view, view.files) };
}

/** Some files of a version under its columns, those together that were written under the same columns, oldest first. */
export function partsOfView(paths: LakePaths, table: TableName, view: Pick<TableView, 'schema' | 'schemas'>, files: TablePaths['files']): Omit<TableFiles, 'view'> {
  const bySchema = new Map<number, string[]>();
  const root = paths.table(table);
  for (const { path, schema } of files) {
    const together = bySchema.get(schema) ?? [];
    // As this program names files: nothing in it to decode. Of 20,000 files each step counts.
    together.push(OWN_NAME.test(path) ? `${root}${sep}${sep === '/' ? path : path.replaceAll('/', sep)}` : fileOf(paths, table, path));
    bySchema.set(schema, together);
  }
  const parts = [...bySchema]
    .sort(([a], [b]) => a - b)
    .map(([schema, together]) => {
      const written = new Set((view.schemas.get(schema) ?? []).map(({ name }) => name));
      return { files: together, columns: view.schema.map(({ name }) => (written.has(name) ? name : null)) };
    });
  return { columns: view.schema.map(({ name, type }) => ({ name, type: duckType(type) })), parts };
}

const OWN_NAME = /^[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+\.parquet$/;

/** Where a data file lies. The lines were judged when they were read: a path that leads out of the table is in none that is known. */
export function fileOf(paths: LakePaths, name: TableName, path: string): string {
  const decoded = decodePath(path);
  if (decoded === null) throw linesUnknown(name, 1);
  return join(paths.table(name), ...decoded.split('/'));
}
