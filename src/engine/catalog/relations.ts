import type { Instant } from '../../contract/index.ts';
import type { Sql } from './sql.ts';

/** The catalog as tables for questions: the views of lake.md section 18 and more of their kind, each as it was after any entry. */

export type RelationValue = string | number | null;

export interface RelationColumn {
  readonly name: string;
  readonly type: 'VARCHAR' | 'BIGINT' | 'BOOLEAN';
}

/** The state after an entry. `pos` counts over all logs of a fork, as the catalog does; `seq` is the entry's number, null before a fork's own first. */
export interface CatalogState {
  readonly pos: number;
  readonly seq: number | null;
  readonly at: Instant;
}

interface Relation {
  readonly columns: readonly RelationColumn[];
  /** Rows of a window of keys, `?1 < key AND key <= ?2`, in the state after `?3`. */
  readonly rows: string;
  /** The largest key in the state after `?1`; where it is left out, keys are places of entries. */
  readonly last?: string;
}

const integers = (...names: readonly string[]): RelationColumn[] => names.map((name) => ({ name, type: 'BIGINT' }));
const text = (...names: readonly string[]): RelationColumn[] => names.map((name) => ({ name, type: 'VARCHAR' }));

/** Tags in effect after entry ?3 of the version `v`. */
const tags = `tag_said a WHERE a.ds = v.ds AND a.version = v.number AND a.adds = 1 AND a.tag IS NOT NULL AND a.pos <= ?3 AND NOT EXISTS (
  SELECT 1 FROM tag_said b WHERE b.ds = a.ds AND b.version = a.version AND b.tag = a.tag AND b.pos <= ?3 AND (b.pos, b.ordinal) > (a.pos, a.ordinal))`;
const versions = 'version v JOIN dataset d ON d.ds = v.ds JOIN entry e ON e.pos = v.pos';
const window = (key: string): string => `${key} > ?1 AND ${key} <= ?2`;

export const relations: Readonly<Record<string, Relation>> = {
  datasets: { columns: text('id', 'created_at'), rows: `SELECT d.id, e.at FROM dataset d JOIN entry e ON e.pos = d.pos WHERE ${window('d.pos')} ORDER BY d.pos` },
  versions: {
    columns: text('ds_id', 'ver', 'ts', 'comment', 'hash', 'tags'),
    rows: `SELECT d.id, 'v' || v.number, e.at, v.message, lower(hex(v.hash)), coalesce((SELECT group_concat(a.tag, ',' ORDER BY a.tag) FROM ${tags}), '') FROM ${versions} WHERE ${window('v.pos')} ORDER BY v.pos`,
  },
  lineage: {
    columns: text('ds_id', 'ver', 'source_ver', 'transform'),
    rows: `SELECT d.id, 'v' || v.number, s.source_id || ':v' || s.source_version,
        CASE WHEN v.lineage IS NULL OR EXISTS (SELECT 1 FROM json_each(v.lineage, '$.from') f WHERE f.value = s.source_id || ':v' || s.source_version) THEN v.transform END
      FROM ${versions} JOIN source s ON s.ds = v.ds AND s.version = v.number WHERE ${window('v.pos')} ORDER BY v.pos, s.ordinal`,
  },
  tags: { columns: text('ds_id', 'ver', 'tag'), rows: `SELECT d.id, 'v' || v.number, t.value FROM ${versions}, json_each((SELECT json_group_array(a.tag ORDER BY a.tag) FROM ${tags})) t WHERE ${window('v.pos')} ORDER BY v.pos, t.key` },
  files: {
    columns: [...text('ds_id', 'path', 'ver_from', 'ver_until', 'sha256'), { name: 'size', type: 'BIGINT' }],
    rows: `SELECT d.id, f.path, 'v' || f.begin, CASE WHEN u.pos <= ?3 THEN 'v' || f.until END, lower(hex(f.sha256)), f.size
      FROM file f JOIN dataset d ON d.ds = f.ds JOIN version v ON v.ds = f.ds AND v.number = f.begin LEFT JOIN version u ON u.ds = f.ds AND u.number = f.until
      WHERE ${window('f.row')} AND v.pos <= ?3 ORDER BY f.row`,
    last: 'SELECT coalesce(max(row), 0) AS last FROM file WHERE ?1 >= 0',
  },
  exports: {
    columns: [...text('ds_id', 'ver', 'at', 'name', 'package', 'signer'), { name: 'bytes', type: 'BIGINT' }],
    rows: `SELECT d.id, 'v' || x.version, e.at, x.name, lower(hex(x.package)), x.signer, x.bytes FROM export x JOIN dataset d ON d.ds = x.ds JOIN entry e ON e.pos = x.pos WHERE ${window('x.pos')} ORDER BY x.pos`,
  },
  keys: {
    columns: text('id', 'role', 'name', 'enrolled_at', 'revoked_at'),
    rows: `SELECT lower(hex(k.id)), k.role, k.name, e.at, CASE WHEN k.revoked_pos <= ?3 THEN r.at END
      FROM enrolled_key k JOIN entry e ON e.pos = k.pos LEFT JOIN entry r ON r.pos = k.revoked_pos WHERE ${window('k.pos')} ORDER BY k.pos, k.id`,
  },
  raw_drops: {
    columns: [...integers('raw_id', 'program_id'), ...text('name', 'media_type'), ...integers('bytes'), ...text('sha256', 'sender', 'contract', 'ts', 'uuid')],
    rows: `SELECT iif(e.log = m.log, e.seq, NULL), r.program, r.name, r.media, r.size, lower(hex(r.sha256)), r.sender,
        coalesce((SELECT a.contract FROM raw_repeat a WHERE a.drop_pos = r.pos AND a.assigned = 1 AND a.contract IS NOT NULL AND a.pos <= ?3 ORDER BY a.pos DESC LIMIT 1), r.contract), e.at, r.id
      FROM raw_drop r JOIN entry e ON e.pos = r.pos JOIN meta m ON m.one = 1 WHERE ${window('r.pos')} ORDER BY r.pos`,
  },
  contracts: {
    columns: text('name', 'ver', 'ts', 'hash'),
    rows: `SELECT c.name, c.version, e.at, lower(hex(c.hash)) FROM contract c JOIN entry e ON e.pos = c.pos WHERE ${window('c.pos')} ORDER BY c.pos`,
  },
  table_versions: {
    columns: [...text('name', 'ver', 'ts', 'comment', 'hash', 'operation'), ...integers('files', 'rows', 'bytes')],
    rows: `SELECT d.name, 'v' || v.number, e.at, v.message, lower(hex(v.hash)), v.operation, v.files, v.rows, v.bytes
      FROM delta_table d JOIN delta_version v ON v.t = d.t JOIN entry e ON e.pos = v.pos WHERE ${window('v.pos')} ORDER BY v.pos, d.name`,
  },
  ledger: {
    columns: [{ name: 'seq', type: 'BIGINT' }, ...text('at', 'op', 'subject', 'dataset', 'actor', 'station', 'signed_by'), { name: 'effect', type: 'BOOLEAN' }, ...text('why', 'leaf', 'body')],
    rows: `SELECT e.seq, e.at, e.op, e.subject, e.dataset, lower(hex(e.actor)), lower(hex(e.station)), k.name, e.effect, e.why, lower(hex(e.leaf)), CASE WHEN e.destroyed_by > ?3 THEN 'kept' ELSE e.body END
      FROM entry e LEFT JOIN enrolled_key k ON k.id = e.actor WHERE e.log = (SELECT log FROM meta) AND ${window('e.pos')} ORDER BY e.pos`,
  },
};

/** Keys that are read in one go, so that a long table neither fills the memory nor holds up writing. */
const WINDOW = 4_000;

/** Rows of a relation in a state, some thousand at a time. */
export function* relationRows(sql: Sql, name: string, { pos }: CatalogState): Generator<readonly (readonly RelationValue[])[]> {
  const relation = relations[name];
  if (relation === undefined) throw new RangeError(`The catalog has no relation ${name}.`);
  const last = relation.last === undefined ? pos : (sql.get<{ last: number }>(relation.last, pos)?.last ?? 0);
  for (let after = -1; after < last; after += WINDOW) {
    const rows = sql.all<Readonly<Record<string, RelationValue>>>(named(relation), after, Math.min(after + WINDOW, last), pos);
    if (rows.length > 0) yield rows.map((row) => relation.columns.map(({ name: column }) => row[column] ?? null));
  }
}

/** With the columns' names, whatever SQLite would call them. `?3` is always spoken of, so that three values can always be given. */
function named({ columns, rows }: Relation): string {
  return `WITH rows_of(${columns.map(({ name }) => `"${name}"`).join(', ')}) AS (${rows}) SELECT * FROM rows_of WHERE ?3 >= 0`;
}

/** The state at an instant, or after the entry with that number; null where there was none yet. */
export function stateOf(sql: Sql, asked: { readonly at: Instant } | { readonly seq: number }): CatalogState | null {
  if ('seq' in asked) return sql.get<CatalogState>('SELECT pos, seq, at FROM entry WHERE log = (SELECT log FROM meta) AND seq = ? AND at IS NOT NULL', asked.seq);
  return sql.get<CatalogState>(
    `SELECT e.pos, CASE WHEN e.log = (SELECT log FROM meta) THEN e.seq END AS seq, e.at FROM entry e WHERE e.counts = 1 AND e.at <= ? ORDER BY e.pos DESC LIMIT 1`,
    asked.at,
  );
}

/** When the first entry was; null in an empty catalog. */
export function firstAt(sql: Sql): Instant | null {
  return sql.get<{ at: Instant }>('SELECT at FROM entry WHERE counts = 1 ORDER BY pos LIMIT 1')?.at ?? null;
}
