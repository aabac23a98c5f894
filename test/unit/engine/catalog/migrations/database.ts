import Database from 'better-sqlite3';
import { migrate } from '../../../../../src/engine/catalog/migrate.ts';
import { migrations } from '../../../../../src/engine/catalog/migrations/index.ts';
import { Sql } from '../../../../../src/engine/catalog/sql.ts';

/** A database in memory after the first `count` steps, and after the next ones are taken on it. */
export function after(count: number): { readonly database: Database.Database; readonly goOn: (steps: number) => void } {
  const database = new Database(':memory:');
  const sql = new Sql(database);
  migrate(sql, migrations.slice(0, count));
  return { database, goOn: (steps) => migrate(sql, migrations.slice(0, steps)) };
}

export function names(database: Database.Database, type: 'table' | 'view' | 'index'): string[] {
  return database.prepare<[string], string>("SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name").pluck().all(type) as string[];
}

/** Tables that are not STRICT; there should be none. */
export function lenient(database: Database.Database): unknown[] {
  return database.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'").pluck().all();
}

export const leaf = Buffer.alloc(32, 7);
