import type { Migration } from './migration.ts';

/**
 * What a body says of where its version comes from (lake.md section 6.2), as JSON; and the view of it: every version that an entry names as an input, with
 * the transform where it is one that the version was made from, and not only the version before. A catalog from before has not kept what bodies said
 * of this, so it is built again.
 */
export const lineage: Migration = {
  number: 5,
  name: 'lineage',
  sql: `
    ALTER TABLE version ADD COLUMN lineage TEXT;
    UPDATE meta SET stale = 1 WHERE base + size > 0;

    DROP VIEW lineage;
    CREATE VIEW lineage AS
      SELECT d.id AS ds_id, 'v' || s.version AS ver, s.source_id || ':v' || s.source_version AS source_ver,
        CASE WHEN v.lineage IS NULL OR EXISTS (SELECT 1 FROM json_each(v.lineage, '$.from') f WHERE f.value = s.source_id || ':v' || s.source_version)
          THEN v.transform END AS transform
      FROM source s JOIN dataset d ON d.ds = s.ds JOIN version v ON v.ds = s.ds AND v.number = s.version
      ORDER BY d.id, s.version, s.ordinal;
  `,
};
