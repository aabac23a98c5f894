import type { Migration } from './migration.ts';

/**
 * Raw drops (lake.md section 6.3). What only a body says is NULL where that is not there. A drop is found by its number, its id, or, for the same bytes that come again, by
 * program and hash: each by an index, never by looking through folders. `placed` is local, no answer. A catalog that met such entries before it knew them is built again.
 */
export const rawDrops: Migration = {
  number: 8,
  name: 'raw-drops',
  sql: `
    CREATE TABLE raw_drop (
      pos INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      program INTEGER,
      media TEXT,
      sender TEXT,
      contract TEXT,
      name TEXT,
      size INTEGER,
      sha256 BLOB CHECK (length(sha256) = 32),
      placed INTEGER NOT NULL DEFAULT 0 CHECK (placed IN (0, 1))
    ) STRICT;
    CREATE INDEX raw_drop_same ON raw_drop (program, sha256, pos);
    CREATE INDEX raw_drop_program ON raw_drop (program, pos);
    CREATE INDEX raw_drop_unsettled ON raw_drop (pos) WHERE placed = 0;

    CREATE TABLE raw_repeat (
      pos INTEGER PRIMARY KEY,
      drop_pos INTEGER NOT NULL REFERENCES raw_drop (pos),
      program INTEGER,
      name TEXT,
      sender TEXT,
      contract TEXT
    ) STRICT;
    CREATE INDEX raw_repeat_drop ON raw_repeat (drop_pos, pos);

    CREATE VIEW raw_drops AS
      SELECT iif(e.log = m.log, e.seq, NULL) AS raw_id, d.program AS program_id, d.name AS name, d.media AS media_type, d.size AS bytes, lower(hex(d.sha256)) AS sha256,
        d.sender AS sender, d.contract AS contract, e.at AS ts, d.id AS uuid
      FROM raw_drop d JOIN entry e ON e.pos = d.pos JOIN meta m ON m.one = 1 ORDER BY d.pos;

    UPDATE meta SET stale = 1 WHERE EXISTS (SELECT 1 FROM entry WHERE newer = 1);
  `,
};
