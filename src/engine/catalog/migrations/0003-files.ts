import type { Migration } from './migration.ts';

/**
 * One row for each stretch of versions in which a path has the same content: in version N where `begin <= N < until`.
 * `until` is 1,000,000,000 while the file is still there: above any version number, so that one index range serves.
 * `mtime` (ms) is known only from bodies; a renamed file has that of the row `source` from which it was renamed, so that both can be
 * dropped when either body is destroyed. AUTOINCREMENT, because a row number that came again would point `source` at a stranger.
 * `file_until` lists the newest version in order of path however many rows have ended; `file_path` lists any other and covers the test of
 * its number; `file_begin` and `file_until` give the changes of a version.
 */
export const files: Migration = {
  number: 3,
  name: 'files',
  sql: `
    CREATE TABLE file (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      path TEXT NOT NULL,
      begin INTEGER NOT NULL,
      until INTEGER NOT NULL DEFAULT 1000000000,
      sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
      size INTEGER NOT NULL,
      mtime INTEGER,
      source INTEGER,
      CHECK (begin < until)
    ) STRICT;
    CREATE INDEX file_path ON file (ds, path, begin, until);
    CREATE INDEX file_begin ON file (ds, begin);
    CREATE INDEX file_until ON file (ds, until, path);
    CREATE INDEX file_source ON file (ds, source) WHERE source IS NOT NULL;

    CREATE TABLE note (
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      version INTEGER NOT NULL,
      line INTEGER NOT NULL,
      note TEXT NOT NULL,
      path TEXT NOT NULL,
      detail TEXT,
      PRIMARY KEY (ds, version, line)
    ) STRICT, WITHOUT ROWID;
  `,
};
