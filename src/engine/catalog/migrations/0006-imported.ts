import type { Migration } from './migration.ts';

/** Where a version comes from that was made elsewhere, as JSON: `imported` of its body. */
export const imported: Migration = {
  number: 6,
  name: 'imported',
  sql: 'ALTER TABLE version ADD COLUMN imported TEXT;',
};
