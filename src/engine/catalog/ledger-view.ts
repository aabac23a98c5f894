import { ZERO_HASH } from '../../contract/index.ts';
import type { ContractName, DatasetId, DropId, Instant, KeyId, KeyRole, RootName, Sha256, TableName, Tag, TxnId } from '../../contract/index.ts';
import { fromHex } from '../../core/index.ts';
import type { BodyState, DatasetRecord, FirstTags, KeyRecord, LedgerView, TableRecord, VersionRecord } from '../../core/index.ts';
import { catalogError } from './errors.ts';
import type { Sql, Value } from './sql.ts';

/** The first row of `meta`: where the projection stands. */
export interface Meta {
  readonly lake: string | null;
  readonly log: number;
  readonly base: number;
  readonly size: number;
  readonly frontier: Buffer;
  readonly last_leaf: Buffer | null;
  readonly last_at: Instant | null;
  readonly checked_size: number | null;
  readonly checked_root: Buffer | null;
  readonly stale: number;
}

export function readMeta(sql: Sql): Meta {
  const meta = sql.get<Meta>('SELECT * FROM meta');
  if (meta === null) throw catalogError('damaged');
  return meta;
}

/** Bytes of a hash or key id. */
export function hexBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === null) throw new RangeError(`"${hex}" is not lower-case hex.`);
  return bytes;
}

/** What judging needs of the state, read from the tables; the twin of core's `LedgerState`. */
export class SqlLedgerView implements LedgerView {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get size(): number {
    return readMeta(this.#sql).size;
  }

  get lastLeafHash(): Sha256 {
    return (readMeta(this.#sql).last_leaf?.toString('hex') as Sha256 | undefined) ?? ZERO_HASH;
  }

  get lastEffectiveAt(): Instant | null {
    return readMeta(this.#sql).last_at;
  }

  get stations(): number {
    return this.#number("SELECT count(*) AS n FROM enrolled_key WHERE role = 'station' AND revoked_pos IS NULL");
  }

  key(id: KeyId): KeyRecord | null {
    const row = this.#sql.get<{ role: KeyRole; spki: Buffer; revoked: number }>(
      'SELECT role, spki, revoked_pos IS NOT NULL AS revoked FROM enrolled_key WHERE id = ?',
      hexBytes(id),
    );
    return row === null ? null : { id, role: row.role, spki: new Uint8Array(row.spki), revoked: row.revoked === 1 };
  }

  nameOwner(nameKey: string): DatasetId | null {
    return this.#sql.get<{ id: DatasetId }>('SELECT d.id FROM name n JOIN dataset d ON d.ds = n.ds WHERE n.key = ?', nameKey)?.id ?? null;
  }

  dataset(id: DatasetId): DatasetRecord | null {
    const row = this.#sql.get<{ pos: number; seq: number; own: number; root: RootName | null; newest: number; has_first_tags: number }>(
      `SELECT d.pos, e.seq, e.log = (SELECT log FROM meta) AS own, d.newest, d.has_first_tags, coalesce(d.root,
         (SELECT v.root FROM version v WHERE v.ds = d.ds AND v.root IS NOT NULL ORDER BY v.number LIMIT 1)) AS root
       FROM dataset d JOIN entry e ON e.pos = d.pos WHERE d.id = ?`,
      id,
    );
    if (row === null) return null;
    const firstTags = row.has_first_tags === 1 ? { seq: row.own === 1 ? row.seq : null, tags: this.#tagsSaid(row.pos) } : null;
    return { id, root: row.root, newest: row.newest, createdSeq: row.seq, firstTags };
  }

  version(id: DatasetId, version: number): VersionRecord | null {
    const row = this.#sql.get<{ hash: Buffer; seq: number; withdrawn: number }>(
      `SELECT v.hash, e.seq, v.withdrawn_pos IS NOT NULL AS withdrawn FROM dataset d JOIN version v ON v.ds = d.ds JOIN entry e ON e.pos = v.pos
       WHERE d.id = ? AND v.number = ?`,
      id,
      version,
    );
    return row === null ? null : { version, hash: row.hash.toString('hex') as Sha256, seq: row.seq, withdrawn: row.withdrawn === 1 };
  }

  hasTag(id: DatasetId, version: number, tag: Tag): boolean | 'unknown' {
    const row = this.#sql.get<{ has: number; lost: number }>(
      `SELECT EXISTS (SELECT 1 FROM tag_now t WHERE t.ds = v.ds AND t.version = v.number AND t.tag = ?3) AS has,
         EXISTS (SELECT 1 FROM tag_said t WHERE t.ds = v.ds AND t.version = v.number AND t.tag IS NULL) AS lost
       FROM dataset d JOIN version v ON v.ds = d.ds WHERE d.id = ?1 AND v.number = ?2`,
      id,
      version,
      tag,
    );
    if (row === null || (row.has === 0 && row.lost === 0)) return false;
    return row.has === 1 ? true : 'unknown';
  }

  hasDrop(id: DropId): boolean {
    return this.#number('SELECT EXISTS (SELECT 1 FROM raw_drop WHERE id = ?) AS n', id) === 1;
  }

  hasContract(name: ContractName, hash: Sha256): boolean {
    return this.#number('SELECT EXISTS (SELECT 1 FROM contract WHERE name = ? AND hash = ?) AS n', name, hexBytes(hash)) === 1;
  }

  contractNamed(name: ContractName): boolean {
    return this.#number('SELECT EXISTS (SELECT 1 FROM contract WHERE name = ?) AS n', name) === 1;
  }

  cube(name: TableName): Sha256 | null {
    return (this.#sql.get<{ hash: Buffer }>('SELECT hash FROM cube WHERE name = ? ORDER BY pos DESC LIMIT 1', name)?.hash.toString('hex') as Sha256 | undefined) ?? null;
  }

  table(name: TableName): TableRecord | null {
    const row = this.#sql.get<{ newest: number; hash: Buffer }>('SELECT d.newest, v.hash FROM delta_table d JOIN delta_version v ON v.t = d.t AND v.number = d.newest WHERE d.name = ?', name);
    return row === null ? null : { name, newest: row.newest, hash: row.hash.toString('hex') as Sha256 };
  }

  txnSeen(txn: TxnId): boolean {
    return this.#number('SELECT EXISTS (SELECT 1 FROM entry WHERE txn = ? AND counts = 1) AS n', txn) === 1;
  }

  entryBody(seq: number): BodyState | null {
    return this.#sql.get<{ body: BodyState | null }>('SELECT body FROM entry WHERE pos = (SELECT base FROM meta) + ?', seq)?.body ?? null;
  }

  opOf(seq: number): string | null {
    return this.#sql.get<{ op: string | null }>('SELECT op FROM entry WHERE pos = (SELECT base FROM meta) + ?', seq)?.op ?? null;
  }

  #tagsSaid(pos: number): FirstTags['tags'] {
    const rows = this.#sql.all<{ tag: Tag | null }>('SELECT tag FROM tag_said WHERE pos = ? ORDER BY ordinal', pos);
    const tags = rows.flatMap(({ tag }) => (tag === null ? [] : [tag]));
    return tags.length === rows.length ? tags : null;
  }

  #number(source: string, ...values: Value[]): number {
    return this.#sql.get<{ n: number }>(source, ...values)?.n ?? 0;
  }
}
