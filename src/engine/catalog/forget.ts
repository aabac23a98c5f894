import { forgetBody } from './file-state.ts';
import type { Sql } from './sql.ts';

/**
 * Drops what only the body of the entry at `pos` said, now that the entry at `by` names it as destroyed (lake.md section 17), so that the tables
 * are as if that body had never been seen. Answers true where more than words may depend on it: a name that has become free, or a tag
 * that is now unknown, may give effect to a later entry that had none. Then only a rebuild gives the answers that anyone else gets.
 */
export function forgetWords(sql: Sql, pos: number, by: number): boolean {
  sql.run("UPDATE entry SET body = 'destroyed', body_found = NULL, destroyed_by = ? WHERE pos = ?", by, pos);
  sql.run('UPDATE alias SET alias = NULL WHERE pos = ?', pos);
  sql.run("DELETE FROM name WHERE kind = 'alias' AND pos = ?", pos);
  sql.run('UPDATE dataset SET root = NULL WHERE pos = ?', pos);
  sql.run('UPDATE description SET description = NULL WHERE pos = ?', pos);
  sql.run('UPDATE remark SET words = NULL WHERE pos = ?', pos);
  sql.run('UPDATE enrolled_key SET name = NULL, certificate = NULL WHERE pos = ?', pos);
  sql.run('UPDATE export SET name = NULL, bytes = NULL, payload_files = NULL, payload_octets = NULL, signer = NULL WHERE pos = ?', pos);
  forgetTags(sql, pos);
  forgetVersion(sql, pos);
  return judgedByWords(sql, pos);
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
  sql.run('UPDATE version SET root = NULL, message = NULL, transform = NULL, said_files = NULL, said_bytes = NULL WHERE pos = ?', pos);
  forgetBody(sql, version.ds, version.number);
  if (version.state === 'lines') sql.run("UPDATE version SET state = 'inventory' WHERE pos = ?", pos);
}

function judgedByWords(sql: Sql, pos: number): boolean {
  const op = sql.get<{ op: string | null }>('SELECT op FROM entry WHERE pos = ?', pos)?.op ?? '';
  if (!['alias.added', 'tag.added', 'tag.removed', 'dataset.created', 'version.committed'].includes(op)) return false;
  const refused = sql.get(
    "SELECT 1 FROM entry WHERE pos >= ? AND effect = 0 AND op IN ('alias.added', 'tag.removed', 'dataset.created', 'version.committed') LIMIT 1",
    pos,
  );
  return refused !== null;
}
