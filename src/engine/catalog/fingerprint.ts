import { createHash } from 'node:crypto';
import type { Sha256 } from '../../contract/index.ts';
import type { Sql } from './sql.ts';

/**
 * Every answer table in an order of its own, by public ids: row numbers are this file's affair. Left out are local marks (`placed`,
 * `checked_*`, `stale`), and how a version's files are known (`state`), except that they are: an inventory and the lines say the same.
 */
const dumps = {
  meta: 'SELECT lake, log, base, size, hex(frontier), hex(last_leaf), last_at FROM meta',
  entry: `SELECT pos, log, seq, hex(leaf), effect, counts, why, newer, txn, at, clock, hex(station), hex(actor), op, subject, dataset, body_size,
    hex(body_commit), body, body_found, destroyed_by FROM entry ORDER BY pos`,
  key: 'SELECT hex(id), role, hex(spki), pos, revoked_pos, name, certificate FROM enrolled_key ORDER BY id',
  remark: 'SELECT pos, words FROM remark ORDER BY pos',
  dataset: 'SELECT id, pos, root, has_first_tags, newest FROM dataset ORDER BY id',
  alias: 'SELECT a.pos, d.id, a.alias FROM alias a JOIN dataset d ON d.ds = a.ds ORDER BY a.pos',
  name: 'SELECT n.key, d.id, n.name, n.kind, n.pos FROM name n JOIN dataset d ON d.ds = n.ds ORDER BY n.key',
  version: `SELECT d.id, v.number, v.pos, hex(v.hash), v.root, v.message, v.transform, v.lineage, v.imported, v.said_files, v.said_bytes, v.withdrawn_pos, v.voided_pos,
    v.state <> 'unknown', v.files, v.bytes FROM version v JOIN dataset d ON d.ds = v.ds ORDER BY d.id, v.number`,
  tag: 'SELECT t.pos, t.ordinal, d.id, t.version, t.tag, t.adds FROM tag_said t JOIN dataset d ON d.ds = t.ds ORDER BY t.pos, t.ordinal',
  description: 'SELECT s.pos, d.id, s.description FROM description s JOIN dataset d ON d.ds = s.ds ORDER BY s.pos',
  source: 'SELECT d.id, s.version, s.ordinal, s.source_id, s.source_version FROM source s JOIN dataset d ON d.ds = s.ds ORDER BY d.id, s.version, s.ordinal',
  export: `SELECT x.pos, d.id, x.version, hex(x.package), x.name, x.bytes, x.payload_files, x.payload_octets, x.signer
    FROM export x JOIN dataset d ON d.ds = x.ds ORDER BY x.pos`,
  contract: 'SELECT pos, name, hex(hash), version, text, major FROM contract ORDER BY pos',
  file: `SELECT d.id, f.path, f.begin, f.until, hex(f.sha256), f.size, f.mtime
    FROM dataset d CROSS JOIN file f ON f.ds = d.ds ORDER BY d.id, f.path, f.begin`,
  drop: 'SELECT pos, id, hex(hash), program, media, sender, contract, name, size, hex(sha256) FROM raw_drop ORDER BY pos',
  repeat: 'SELECT pos, drop_pos, program, name, sender, contract, assigned FROM raw_repeat ORDER BY pos',
  note: 'SELECT d.id, n.version, n.line, n.note, n.path, n.detail FROM note n JOIN dataset d ON d.ds = n.ds ORDER BY d.id, n.version, n.line',
  table: `SELECT d.name, v.number, v.pos, hex(v.hash), v.message, v.operation, v.contract_name, v.contract_hash, v.schema, v.files, v.rows, v.bytes, v.added_rows, v.removed_rows, v.known
    FROM delta_version v JOIN delta_table d ON d.t = v.t ORDER BY d.name, v.number`,
  tableSchema: 'SELECT d.name, s.begin, s.meta FROM delta_schema s JOIN delta_table d ON d.t = s.t ORDER BY d.name, s.begin',
  tableDomain: 'SELECT d.name, s.domain, s.begin, s.configuration FROM delta_domain s JOIN delta_table d ON d.t = s.t ORDER BY d.name, s.domain, s.begin',
  tableFile: `SELECT d.name, f.path, f.begin, f.until, f.schema, p.vals, f.rows, f.size, f.modified, f.changes, hex(f.sha256), f.stats, f.removed, f.removal_changes
    FROM delta_file f JOIN delta_table d ON d.t = f.t JOIN delta_part p ON p.part = f.part ORDER BY d.name, f.path`,
} as const;

/** SHA-256 over the dumps, one JSON array a row. Reads everything; memory stays flat. */
export function fingerprint(sql: Sql): Sha256 {
  const hash = createHash('sha256');
  for (const [table, source] of Object.entries(dumps)) {
    hash.update(`${table}\n`);
    sql.each<Record<string, string | number | null>>(source, [], (row) => hash.update(`${JSON.stringify(Object.values(row))}\n`));
  }
  return hash.digest('hex') as Sha256;
}
