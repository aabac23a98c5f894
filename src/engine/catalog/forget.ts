import { forgetBody } from './file-state.ts';
import type { Sql } from './sql.ts';

/**
 * Drops what only the body of the entry at `pos` said, now that the entry at `by` names it as destroyed (lake.md section 17), so that the tables
 * are as if that body had never been seen. Answers true where that body also decided on the effect of an entry: only a rebuild then gives the
 * answers that anyone gets who reads the lake afresh.
 */
export function forgetWords(sql: Sql, pos: number, by: number): boolean {
  const decided = decidesOnEffect(sql, pos);
  sql.run("UPDATE entry SET body = 'destroyed', body_found = NULL, destroyed_by = ? WHERE pos = ?", by, pos);
  sql.run("DELETE FROM name WHERE kind = 'alias' AND key = (SELECT lower(alias) FROM alias WHERE pos = ?)", pos);
  sql.run('UPDATE alias SET alias = NULL WHERE pos = ?', pos);
  sql.run('UPDATE dataset SET root = NULL WHERE pos = ?', pos);
  sql.run('UPDATE description SET description = NULL WHERE pos = ?', pos);
  sql.run('UPDATE remark SET words = NULL WHERE pos = ?', pos);
  sql.run('UPDATE enrolled_key SET name = NULL, certificate = NULL WHERE pos = ?', pos);
  sql.run('UPDATE export SET name = NULL, bytes = NULL, payload_files = NULL, payload_octets = NULL, signer = NULL WHERE pos = ?', pos);
  sql.run('UPDATE raw_drop SET program = NULL, media = NULL, sender = NULL, contract = NULL, name = NULL, size = NULL, sha256 = NULL WHERE pos = ?', pos);
  sql.run('UPDATE raw_repeat SET program = NULL, name = NULL, sender = NULL, contract = NULL WHERE pos = ?', pos);
  forgetTags(sql, pos);
  forgetVersion(sql, pos);
  return decided;
}

/**
 * Whether it was this body for which an entry has no effect: its own; one that wanted the name that this body took, also as the id of a dataset;
 * or one that removed a tag of the dataset of whose tags this body speaks.
 */
function decidesOnEffect(sql: Sql, pos: number): boolean {
  const found = sql.get(
    `SELECT 1 FROM entry WHERE pos = ?1 AND effect = 0 AND counts = 1
     UNION ALL
     SELECT 1 FROM alias a CROSS JOIN entry e INDEXED BY entry_without_effect ON e.pos > a.pos AND e.effect = 0
       AND ((e.op = 'alias.added' AND e.counts = 1) OR (e.op IN ('dataset.created', 'version.committed') AND lower(e.dataset) = lower(a.alias)))
       WHERE a.pos = ?1 AND a.alias IS NOT NULL
     UNION ALL
     SELECT 1 FROM entry b CROSS JOIN entry e INDEXED BY entry_without_effect ON e.pos > b.pos AND e.effect = 0 AND e.counts = 1 AND e.op = 'tag.removed' AND e.dataset = b.dataset
       WHERE b.pos = ?1 AND b.op IN ('dataset.created', 'version.committed', 'tag.added', 'tag.removed')
     LIMIT 1`,
    pos,
  );
  return found !== null;
}

/** Whatever tags a body gave, even none, leaves one row that says that they are not known. */
function forgetTags(sql: Sql, pos: number): void {
  const said = sql.get<{ ds: number; version: number; adds: number }>(
    `SELECT ds, version, adds FROM tag_said WHERE pos = ?1
     UNION SELECT ds, number, 1 FROM version WHERE pos = ?1
     UNION SELECT ds, 1, 1 FROM dataset WHERE pos = ?1 AND has_first_tags = 1`,
    pos,
  );
  if (said === null) return;
  sql.run('DELETE FROM tag_said WHERE pos = ?', pos);
  sql.run('INSERT INTO tag_said (pos, ordinal, ds, version, tag, adds) VALUES (?, 0, ?, ?, NULL, ?)', pos, said.ds, said.version, said.adds);
}

function forgetVersion(sql: Sql, pos: number): void {
  const version = sql.get<{ ds: number; number: number; state: string }>('SELECT ds, number, state FROM version WHERE pos = ?', pos);
  if (version === null) return;
  sql.run('UPDATE version SET root = NULL, message = NULL, transform = NULL, lineage = NULL, imported = NULL, said_files = NULL, said_bytes = NULL WHERE pos = ?', pos);
  forgetBody(sql, version.ds, version.number);
  if (version.state === 'lines') sql.run("UPDATE version SET state = 'inventory' WHERE pos = ?", pos);
}
