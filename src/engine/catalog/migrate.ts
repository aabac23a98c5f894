import { catalogError } from './errors.ts';
import { migrations as known, type Migration } from './migrations/index.ts';
import type { Sql } from './sql.ts';

/** `HMSC` in the file's header (https://www.sqlite.org/fileformat2.html#application_id): this is a catalog and not someone's other database. */
const APPLICATION_ID = 0x484d5343;

/**
 * Brings the schema to the newest step, in one transaction; the number of the last step is the file's `user_version`. Raises `newer` where a newer
 * program made the file, `damaged` where it is another program's database or lacks a table.
 */
export function migrate(sql: Sql, steps: readonly Migration[] = known): void {
  const newest = newestOf(steps);
  if (versionOf(sql, newest) < newest) {
    sql.script('BEGIN IMMEDIATE');
    try {
      // Another process may have done it in the meantime.
      const version = versionOf(sql, newest);
      if (version === 0) sql.pragma(`application_id = ${APPLICATION_ID}`);
      for (const step of steps.filter(({ number }) => number > version)) {
        sql.script(step.sql);
        sql.pragma(`user_version = ${step.number}`);
      }
      sql.script('COMMIT');
    } catch (error) {
      if (sql.inTransaction) sql.script('ROLLBACK');
      throw error;
    }
  }
  for (const table of tablesOf(steps)) {
    if (sql.get("SELECT 1 FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?", table) === null) throw catalogError('damaged');
  }
}

function newestOf(steps: readonly Migration[]): number {
  return steps.at(-1)?.number ?? 0;
}

function versionOf(sql: Sql, newest: number): number {
  const version = Number(sql.pragma('user_version'));
  const application = Number(sql.pragma('application_id'));
  const empty = sql.get('SELECT 1 FROM sqlite_schema LIMIT 1') === null;
  if (empty && version === 0 && application === 0) return 0;
  if (application !== APPLICATION_ID || version < 1) throw catalogError('damaged');
  if (version > newest) throw catalogError('newer');
  return version;
}

function tablesOf(steps: readonly Migration[]): string[] {
  return steps.flatMap((step) => [...step.sql.matchAll(/CREATE (?:TABLE|VIEW) (\w+)/g)].flatMap(([, name]) => name ?? []));
}
