import type { Migration } from './migration.ts';

/** What auditors query, exactly as lake.md section 18 names it; and the tags in effect (those
 * of which the last that was said is that they were added), which only this program uses. */
export const views: Migration = {
  number: 4,
  name: 'views',
  sql: `
    CREATE VIEW tag_now AS
      SELECT a.ds AS ds, a.version AS version, a.tag AS tag FROM tag_said a
      WHERE a.adds = 1 AND a.tag IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM tag_said b WHERE b.ds = a.ds AND b.version = a.version AND b.tag = a.tag AND (b.pos, b.ordinal) > (a.pos, a.ordinal));

    CREATE VIEW datasets AS
      SELECT d.id AS id, e.at AS created_at FROM dataset d JOIN entry e ON e.pos = d.pos ORDER BY d.id;

    CREATE VIEW versions AS
      SELECT d.id AS ds_id, 'v' || v.number AS ver, e.at AS ts, v.message AS comment, lower(hex(v.hash)) AS hash,
        coalesce((SELECT group_concat(t.tag, ',' ORDER BY t.tag) FROM tag_now t WHERE t.ds = v.ds AND t.version = v.number), '') AS tags
      FROM version v JOIN dataset d ON d.ds = v.ds JOIN entry e ON e.pos = v.pos ORDER BY d.id, v.number;

    CREATE VIEW lineage AS
      SELECT d.id AS ds_id, 'v' || s.version AS ver, s.source_id || ':v' || s.source_version AS source_ver, v.transform AS transform
      FROM source s JOIN dataset d ON d.ds = s.ds JOIN version v ON v.ds = s.ds AND v.number = s.version
      ORDER BY d.id, s.version, s.ordinal;
  `,
};
