import type { Migration } from './migration.ts';

/**
 * Contracts with their whole text, which the bodies of their entries hold; `text` is NULL where a body is missing. A catalog from before took such entries for those of
 * a newer program, so where it met any it is built again.
 */
export const contracts: Migration = {
  number: 7,
  name: 'contracts',
  sql: `
    CREATE TABLE contract (
      pos INTEGER PRIMARY KEY REFERENCES entry (pos),
      name TEXT NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      version TEXT,
      text TEXT,
      major INTEGER CHECK (major IN (0, 1)),
      UNIQUE (name, hash)
    ) STRICT;
    CREATE INDEX contract_by_name ON contract (name, pos);
    UPDATE meta SET stale = 1 WHERE EXISTS (SELECT 1 FROM entry WHERE newer = 1);

    CREATE VIEW contracts AS
      SELECT c.name AS name, c.version AS ver, e.at AS ts, lower(hex(c.hash)) AS hash FROM contract c JOIN entry e ON e.pos = c.pos ORDER BY c.name, c.pos;
  `,
};
