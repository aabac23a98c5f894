import type { Migration } from './migration.ts';

/**
 * Which raw drops the rows of which version of a table were made from, as the inputs of `table.committed` say: a drop that stands here is normalized. A catalog from before
 * did not keep those inputs, so it is built again where there are tables.
 */
export const dropUses: Migration = {
  number: 10,
  name: 'drop-uses',
  sql: `
    CREATE TABLE drop_use (
      drop_id TEXT NOT NULL,
      name TEXT NOT NULL,
      number INTEGER NOT NULL,
      PRIMARY KEY (drop_id, name, number)
    ) STRICT, WITHOUT ROWID;

    UPDATE meta SET stale = 1 WHERE EXISTS (SELECT 1 FROM delta_version);
  `,
};
