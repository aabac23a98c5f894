import type { Migration } from './migration.ts';

/**
 * Tables of the warehouse (docs/formats/tables.md), as what the Delta lines of bodies lead to. `delta_file` has one row for each stretch of versions in which a file
 * belongs to its table, as `file` has for datasets: in version N where `begin <= N < until`; so a snapshot is one range of an index, whatever its age.
 * `part` numbers the distinct partition values of a table, of which there are far fewer than files, so that a condition is asked once for each of them.
 * `known` = 0: the lines of this version, or of one before it, are not there or do not have the hash that the entry gives. `placed` is local, no answer.
 * A catalog from before took such entries for those of a newer program: it is built again.
 */
export const tables: Migration = {
  number: 9,
  name: 'tables',
  sql: `
    UPDATE meta SET stale = 1 WHERE EXISTS (SELECT 1 FROM entry WHERE newer = 1);

    CREATE TABLE delta_table (
      t INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      newest INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE delta_version (
      t INTEGER NOT NULL REFERENCES delta_table (t),
      number INTEGER NOT NULL,
      pos INTEGER NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      message TEXT,
      operation TEXT,
      contract_name TEXT,
      contract_hash TEXT,
      schema INTEGER,
      files INTEGER,
      rows INTEGER,
      bytes INTEGER,
      added_rows INTEGER,
      removed_rows INTEGER,
      known INTEGER NOT NULL DEFAULT 0 CHECK (known IN (0, 1)),
      placed INTEGER NOT NULL DEFAULT 0 CHECK (placed IN (0, 1)),
      PRIMARY KEY (t, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX delta_version_pos ON delta_version (t, pos);
    CREATE INDEX delta_version_unplaced ON delta_version (pos) WHERE placed = 0;

    CREATE TABLE delta_schema (
      t INTEGER NOT NULL REFERENCES delta_table (t),
      begin INTEGER NOT NULL,
      meta TEXT NOT NULL,
      PRIMARY KEY (t, begin)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE delta_domain (
      t INTEGER NOT NULL REFERENCES delta_table (t),
      domain TEXT NOT NULL,
      begin INTEGER NOT NULL,
      configuration TEXT,
      PRIMARY KEY (t, domain, begin)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE delta_part (
      part INTEGER PRIMARY KEY,
      t INTEGER NOT NULL REFERENCES delta_table (t),
      vals TEXT NOT NULL,
      UNIQUE (t, vals)
    ) STRICT;

    CREATE TABLE delta_file (
      t INTEGER NOT NULL REFERENCES delta_table (t),
      path TEXT NOT NULL,
      begin INTEGER NOT NULL,
      until INTEGER NOT NULL DEFAULT 1000000000,
      schema INTEGER NOT NULL,
      part INTEGER NOT NULL REFERENCES delta_part (part),
      rows INTEGER NOT NULL,
      size INTEGER NOT NULL,
      modified INTEGER NOT NULL,
      changes INTEGER NOT NULL CHECK (changes IN (0, 1)),
      sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
      stats TEXT,
      removed INTEGER,
      removal_changes INTEGER CHECK (removal_changes IN (0, 1)),
      PRIMARY KEY (t, path),
      CHECK (begin < until)
    ) STRICT;
    CREATE INDEX delta_file_span ON delta_file (t, until, begin, part);

    CREATE VIEW tables AS
      SELECT d.name AS name, 'v' || d.newest AS ver, e.at AS ts, v.files AS files, v.rows AS rows, v.bytes AS bytes
      FROM delta_table d JOIN delta_version v ON v.t = d.t AND v.number = d.newest JOIN entry e ON e.pos = v.pos ORDER BY d.name;

    CREATE VIEW table_versions AS
      SELECT d.name AS name, 'v' || v.number AS ver, e.at AS ts, v.message AS comment, lower(hex(v.hash)) AS hash, v.operation AS operation,
        v.files AS files, v.rows AS rows, v.bytes AS bytes
      FROM delta_version v JOIN delta_table d ON d.t = v.t JOIN entry e ON e.pos = v.pos ORDER BY d.name, v.number;
  `,
};
