import type { Migration } from './migration.ts';

/**
 * For which contract a raw drop was said to be after it came (lake.md section 6.3): a `raw.repeated` with which nothing came. A catalog from before counted such an entry as one
 * of the same bytes, so it is built again where it has any repeats.
 */
export const dropContracts: Migration = {
  number: 13,
  name: 'drop-contracts',
  sql: `
    ALTER TABLE raw_repeat ADD COLUMN assigned INTEGER NOT NULL DEFAULT 0 CHECK (assigned IN (0, 1));
    DROP VIEW raw_drops;
    CREATE VIEW raw_drops AS
      SELECT iif(e.log = m.log, e.seq, NULL) AS raw_id, d.program AS program_id, d.name AS name, d.media AS media_type, d.size AS bytes, lower(hex(d.sha256)) AS sha256, d.sender AS sender,
        coalesce((SELECT r.contract FROM raw_repeat r WHERE r.drop_pos = d.pos AND r.assigned = 1 AND r.contract IS NOT NULL ORDER BY r.pos DESC LIMIT 1), d.contract) AS contract, e.at AS ts, d.id AS uuid
      FROM raw_drop d JOIN entry e ON e.pos = d.pos JOIN meta m ON m.one = 1 ORDER BY d.pos;
    UPDATE meta SET stale = 1 WHERE EXISTS (SELECT 1 FROM raw_repeat);
  `,
};
