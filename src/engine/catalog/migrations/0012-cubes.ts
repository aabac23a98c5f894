import type { Migration } from './migration.ts';

/**
 * Definitions of cubes with their whole text, which the bodies of their entries hold; `text` is NULL where a body is missing. Their versions stand among those of tables.
 * A catalog from before took such entries for those of a newer program, so where it met any it is built again.
 */
export const cubes: Migration = {
  number: 12,
  name: 'cubes',
  sql: `
    CREATE TABLE cube (
      pos INTEGER PRIMARY KEY REFERENCES entry (pos),
      name TEXT NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      text TEXT
    ) STRICT;
    CREATE INDEX cube_by_name ON cube (name, pos);
    UPDATE meta SET stale = 1 WHERE EXISTS (SELECT 1 FROM entry WHERE newer = 1);
  `,
};
