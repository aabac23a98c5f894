import { setImmediate as breathe } from 'node:timers/promises';
import type { LogicalPath, Sha256 } from '../../contract/index.ts';
import { FOREVER, type Totals } from './file-lines.ts';
import type { Sql } from './sql.ts';

/** One file of a whole state, as an OCFL inventory gives it. */
export interface StateFile {
  readonly path: LogicalPath;
  readonly sha256: Sha256;
  /** Octets. */
  readonly size: number;
}

const FILES_BETWEEN_BREATHS = 2_000;

/** Temporary tables of the writing connection; they lie in SQLite's temporary storage, not in memory and not in the catalog. */
export const temporaryTables = `
  CREATE TEMP TABLE incoming (path TEXT PRIMARY KEY, sha256 BLOB NOT NULL, size INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE merging (keep INTEGER PRIMARY KEY, gone INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
`;

const alive = 'ds = ?1 AND begin <= ?2 AND ?2 < until';
const kept = `EXISTS (SELECT 1 FROM temp.incoming i WHERE i.path = file.path AND i.sha256 = file.sha256 AND i.size = file.size)`;

/**
 * Makes the state of a version exactly the given files, leaving the states of all other versions as they are. A path given twice counts
 * once, as given last. Only SQL over sets: memory does not grow with the number of files.
 */
export async function writeState(
  sql: Sql,
  ds: number,
  version: number,
  newest: boolean,
  files: Iterable<StateFile> | AsyncIterable<StateFile>,
): Promise<Totals> {
  sql.run('DELETE FROM temp.incoming');
  let count = 0;
  for await (const file of files) {
    sql.run('INSERT OR REPLACE INTO temp.incoming (path, sha256, size) VALUES (?, ?, ?)', file.path, Buffer.from(file.sha256, 'hex'), file.size);
    count += 1;
    if (count % FILES_BETWEEN_BREATHS === 0) await breathe();
  }
  if (!newest) {
    sql.run(
      `INSERT INTO file (ds, path, begin, until, sha256, size, mtime)
       SELECT ds, path, ?2 + 1, until, sha256, size, mtime FROM file WHERE ${alive} AND until > ?2 + 1 AND NOT ${kept}`,
      ds,
      version,
    );
  }
  sql.run(`DELETE FROM file INDEXED BY file_begin WHERE ${alive} AND begin = ?2 AND NOT ${kept}`, ds, version);
  sql.run(`UPDATE file SET until = ?2 WHERE ${alive} AND begin < ?2 AND NOT ${kept}`, ds, version);
  sql.run(
    `INSERT INTO file (ds, path, begin, until, sha256, size)
     SELECT ?1, i.path, ?2, ?3, i.sha256, i.size FROM temp.incoming i
     WHERE NOT EXISTS (SELECT 1 FROM file WHERE ds = ?1 AND path = i.path AND begin <= ?2 AND ?2 < until)
     ORDER BY i.path`,
    ds,
    version,
    newest ? FOREVER : version + 1,
  );
  const totals = sql.get<Totals>('SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM temp.incoming');
  sql.run('DELETE FROM temp.incoming');
  mergeAt(sql, ds, version);
  carryTimes(sql, ds, version);
  return totals ?? { files: 0, bytes: 0 };
}

/**
 * Joins what a version's boundary parts although path, content and size are the same. A body can say "replaced" of a file whose bytes stayed;
 * an inventory cannot. So a catalog that once read a body that was later destroyed ends with the same rows as one that never saw it.
 */
export function mergeAt(sql: Sql, ds: number, version: number): void {
  sql.run(
    `INSERT INTO temp.merging (keep, gone, until)
     SELECT a.row, b.row, b.until FROM file b JOIN file a ON a.ds = b.ds AND a.path = b.path AND a.until = b.begin
     WHERE b.ds = ? AND b.begin = ? AND a.sha256 = b.sha256 AND a.size = b.size`,
    ds,
    version,
  );
  sql.run('UPDATE file SET source = m.keep FROM temp.merging m WHERE file.ds = ? AND file.source = m.gone', ds);
  sql.run('DELETE FROM file WHERE row IN (SELECT gone FROM temp.merging)');
  sql.run('UPDATE file SET until = m.until FROM temp.merging m WHERE file.row = m.keep');
  sql.run('DELETE FROM temp.merging');
}

/** What only the body of this version said of files goes: renames, modification times (also where a later rename carried them on), notes. */
export function forgetBody(sql: Sql, ds: number, version: number): void {
  sql.run('UPDATE file SET mtime = NULL, source = NULL WHERE ds = ? AND begin = ?', ds, version);
  sql.run('DELETE FROM note WHERE ds = ? AND version = ?', ds, version);
  mergeAt(sql, ds, version);
  carryTimes(sql, ds, version);
}

/** Renamed files of later versions have the modification time of what they were renamed from, or none where that is gone. */
function carryTimes(sql: Sql, ds: number, version: number): void {
  const later = sql.all<{ begin: number }>(
    'SELECT DISTINCT begin FROM file WHERE ds = ? AND source IS NOT NULL AND begin > ? ORDER BY begin',
    ds,
    version,
  );
  for (const { begin } of later) {
    sql.run(
      'UPDATE file SET mtime = (SELECT s.mtime FROM file s WHERE s.row = file.source) WHERE ds = ? AND begin = ? AND source IS NOT NULL',
      ds,
      begin,
    );
  }
}

/** Gives the newest version the state of the one before: what `version.voided` says. */
export function undoNewest(sql: Sql, ds: number, version: number): void {
  sql.run('DELETE FROM file WHERE ds = ? AND begin = ?', ds, version);
  sql.run('UPDATE file SET until = ? WHERE ds = ? AND until = ?', FOREVER, ds, version);
  sql.run('DELETE FROM note WHERE ds = ? AND version = ?', ds, version);
}
