import { join } from 'node:path';
import type { TableName } from '../../contract/index.ts';
import { decodePath, duckType } from '../../core/index.ts';
import type { Condition, TableVersionDetail, TableView } from '../../core/index.ts';
import type { LakePaths } from '../lake/index.ts';
import { linesUnknown } from './prepare.ts';
import type { TableShelf } from './types.ts';

/** A version of a table as files and columns: what a statement reads. */
export interface TableFiles {
  readonly view: TableView;
  /** Columns as DuckDB names their types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Files by the columns that they were written under, oldest first; `files` are absolute paths. */
  readonly groups: readonly { readonly columns: readonly string[]; readonly files: readonly string[] }[];
}

/** The files of a version that may hold rows which meet the conditions. TABLE_DAMAGED where they are not known. */
export function tableFiles({ ledger, tables }: TableShelf, version: TableVersionDetail, conditions: readonly Condition[] = []): TableFiles {
  const view = tables.view(version, conditions);
  if (view === null) throw linesUnknown(version.table, version.version);
  const { paths } = ledger.context;
  const groups = new Map<number, string[]>();
  for (const { path, schema } of view.files) {
    const files = groups.get(schema) ?? [];
    files.push(fileOf(paths, version.table, path));
    groups.set(schema, files);
  }
  return {
    view,
    columns: view.schema.map(({ name, type }) => ({ name, type: duckType(type) })),
    groups: [...groups].sort(([a], [b]) => a - b).map(([schema, files]) => ({ columns: (view.schemas.get(schema) ?? []).map(({ name }) => name), files })),
  };
}

/** Where a data file lies. The lines were judged when they were read: a path that leads out of the table is in none that is known. */
export function fileOf(paths: LakePaths, name: TableName, path: string): string {
  const decoded = decodePath(path);
  if (decoded === null) throw linesUnknown(name, 1);
  return join(paths.table(name), ...decoded.split('/'));
}
