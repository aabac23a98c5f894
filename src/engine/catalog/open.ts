import path from 'node:path';
import Database from 'better-sqlite3';
import { Catalog } from './catalog.ts';
import { differenceTables } from './diff.ts';
import { CatalogError, catalogError, translate, type CatalogTrouble } from './errors.ts';
import { temporaryTables } from './file-state.ts';
import { migrate } from './migrate.ts';
import { Sql } from './sql.ts';

export interface CatalogOptions {
  /** Makes the folder of the file, with its parents, where it is not there. */
  readonly mkdir?: (folder: string) => void;
  /** How long to wait for another process that is writing, ms; 10,000 unless told. */
  readonly busyTimeout?: number;
}

export type OpenedCatalog =
  | { readonly ok: true; readonly catalog: Catalog }
  /** `message` is a plain sentence. Nothing was changed; a damaged file can be set aside and the catalog built again. */
  | { readonly ok: false; readonly trouble: CatalogTrouble; readonly message: string };

/**
 * Opens the catalog of one lake, or makes it. Several processes of one station may have it open; it must lie on a local disk, because WAL does
 * not work on shares. `:memory:` makes one that goes when it is closed, whose readers see a write before it is done.
 */
export function openCatalog(file: string, options: CatalogOptions = {}): OpenedCatalog {
  const connections: Sql[] = [];
  const connect = (place: string): Sql => {
    const sql = connectTo(place, options.busyTimeout ?? 10_000);
    connections.push(sql);
    return sql;
  };
  try {
    if (file === ':memory:') {
      const only = connect(file);
      prepare(only);
      only.script(temporaryTables + differenceTables);
      return { ok: true, catalog: new Catalog(only, only) };
    }
    // An absolute path cannot be taken for a `file:` URI.
    const place = path.resolve(file);
    options.mkdir?.(path.dirname(place));
    const writer = connect(place);
    prepare(writer);
    writer.script(temporaryTables);
    const reader = connect(place);
    reader.script(differenceTables);
    return { ok: true, catalog: new Catalog(writer, reader) };
  } catch (error) {
    for (const sql of connections) sql.close();
    if (!(error instanceof CatalogError)) throw error;
    return { ok: false, trouble: error.trouble, message: error.message };
  }
}

/** KiB of pages in memory for each connection; the system keeps the file in its own cache besides. */
const CACHE_KIB = 8 * 1024;

function connectTo(place: string, timeout: number): Sql {
  try {
    const sql = new Sql(new Database(place, { timeout }));
    sql.pragma(`cache_size = -${CACHE_KIB}`);
    return sql;
  } catch (error) {
    // A missing folder is told by a TypeError, before SQLite is asked.
    throw error instanceof TypeError ? catalogError('unusable', error) : translate(error);
  }
}

function prepare(sql: Sql): void {
  // Text then sorts by UTF-16 code units, as all lists of lake.md do; SQLite's own order is that of UTF-8 bytes. Only a new file takes it.
  sql.pragma("encoding = 'UTF-16be'");
  sql.pragma('journal_mode = WAL');
  // A power cut may lose the last writes but not damage the file: they are projected again.
  sql.pragma('synchronous = NORMAL');
  sql.pragma('journal_size_limit = 67108864');
  migrate(sql);
}
