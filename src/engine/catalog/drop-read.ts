import type { DropId, Instant, KeyId, LogicalPath, ProgramId, Sha256, TableName, TxnId } from '../../contract/index.ts';
import { destructionAt, type Destruction } from './events.ts';
import { hexBytes } from './ledger-view.ts';
import type { Sql, Value } from './sql.ts';

/** One raw drop. What only a body says is null where that body is missing or destroyed. */
export interface DropDetail {
  readonly id: DropId;
  /** Number of its entry, which people call its `raw_id`; null for one of before a fork, whose number another entry of this ledger may have. */
  readonly rawId: number | null;
  readonly seq: number;
  readonly txn: TxnId;
  readonly at: Instant;
  /** Key of the station, or of the officer, that signed. */
  readonly actor: KeyId;
  /** Of its inventory. */
  readonly hash: Sha256;
  readonly program: ProgramId | null;
  readonly name: LogicalPath | null;
  readonly media: string | null;
  readonly size: number | null;
  readonly sha256: Sha256 | null;
  readonly sender: string | null;
  /** The one that counts: which somebody said later that it is for, else the one that it was sent for. */
  readonly contract: string | null;
  /** The one that it was sent for, when it came. */
  readonly sentFor: string | null;
  /** How often the same bytes came again for the same program. */
  readonly repeats: number;
  readonly destroyed: Destruction | null;
  /** Local: its object was seen in its place. */
  readonly placed: boolean;
}

/** A version of a table whose rows were made from a drop. */
export interface DropUse {
  readonly table: TableName;
  readonly version: number;
}

interface Row {
  readonly pos: number;
  readonly id: DropId;
  readonly seq: number;
  readonly own: number;
  readonly txn: TxnId;
  readonly at: Instant;
  readonly actor: Buffer;
  readonly hash: Buffer;
  readonly program: ProgramId | null;
  readonly name: LogicalPath | null;
  readonly media: string | null;
  readonly size: number | null;
  readonly sha256: Buffer | null;
  readonly sender: string | null;
  readonly contract: string | null;
  readonly sent_for: string | null;
  readonly repeats: number;
  readonly destroyed_by: number | null;
  readonly placed: number;
}

const SELECT = `SELECT d.pos, d.id, e.seq, e.log = (SELECT log FROM meta) AS own, e.txn, e.at, e.actor, d.hash, d.program, d.name, d.media, d.size, d.sha256, d.sender, d.contract AS sent_for,
  coalesce((SELECT r.contract FROM raw_repeat r WHERE r.drop_pos = d.pos AND r.assigned = 1 AND r.contract IS NOT NULL ORDER BY r.pos DESC LIMIT 1), d.contract) AS contract,
  (SELECT count(*) FROM raw_repeat r WHERE r.drop_pos = d.pos AND r.assigned = 0) AS repeats, e.destroyed_by, d.placed FROM raw_drop d JOIN entry e ON e.pos = d.pos`;

/** Finds raw drops, each by one index. */
export class DropReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** By the number of its entry in the lake's own ledger. */
  bySeq(seq: number): DropDetail | null {
    return this.#one('WHERE d.pos = (SELECT base FROM meta) + ?', seq);
  }

  byId(id: DropId): DropDetail | null {
    return this.#one('WHERE d.id = ?', id);
  }

  /** The first drop of a program with these bytes. One of before a fork is not counted: it has no number here that could be answered. */
  same(program: ProgramId, sha256: Sha256): DropDetail | null {
    return this.#one('WHERE d.program = ? AND d.sha256 = ? AND d.pos >= (SELECT base FROM meta) ORDER BY d.pos LIMIT 1', program, hexBytes(sha256));
  }

  /** Newest first, from those below `before` on, which is the `next` of the page before (null: from the newest); of one program where that is named. */
  page(program: ProgramId | null, before: number | null, limit: number): { readonly drops: DropDetail[]; readonly next: number | null } {
    const rows = this.#sql.all<Row>(
      `${SELECT} WHERE ${program === null ? '' : 'd.program = ?3 AND '}d.pos < coalesce(?1, 9223372036854775807) ORDER BY d.pos DESC LIMIT ?2`,
      before,
      limit + 1,
      ...(program === null ? [] : [program]),
    );
    const drops = rows.slice(0, limit).map((row) => this.#detail(row));
    return { drops, next: rows.length > limit ? (rows[limit - 1]?.pos ?? null) : null };
  }

  count(program: ProgramId | null): number {
    const found = program === null ? this.#sql.get<{ n: number }>('SELECT count(*) AS n FROM raw_drop') : this.#sql.get<{ n: number }>('SELECT count(*) AS n FROM raw_drop WHERE program = ?', program);
    return found?.n ?? 0;
  }

  /** Claimed drops whose object was not yet seen in its place, oldest first. */
  unsettled(): DropDetail[] {
    return this.#sql.all<Row>(`${SELECT} WHERE d.placed = 0 ORDER BY d.pos`).map((row) => this.#detail(row));
  }

  /** Those of which no table has rows, oldest first, from the first behind the place `after` on; `last` is the place of the last of them. */
  waiting(after: number, limit: number): { readonly drops: DropDetail[]; readonly last: number } {
    const rows = this.#sql.all<Row>(`${SELECT} WHERE d.pos > ? AND NOT EXISTS (SELECT 1 FROM drop_use u WHERE u.drop_id = d.id) ORDER BY d.pos LIMIT ?`, after, limit);
    return { drops: rows.map((row) => this.#detail(row)), last: rows.at(-1)?.pos ?? after };
  }

  /** Versions of tables that were made from the drop: the first of each table. */
  uses(id: DropId): DropUse[] {
    return this.#sql.all<DropUse>('SELECT name AS "table", min(number) AS version FROM drop_use WHERE drop_id = ? GROUP BY name ORDER BY name', id);
  }

  #one(where: string, ...values: Value[]): DropDetail | null {
    const row = this.#sql.get<Row>(`${SELECT} ${where}`, ...values);
    return row === null ? null : this.#detail(row);
  }

  #detail(row: Row): DropDetail {
    const { id, seq, txn, at, program, name, media, size, sender, contract, repeats } = row;
    const hex = (bytes: Buffer): string => bytes.toString('hex');
    return {
      id,
      rawId: row.own === 1 ? seq : null,
      seq,
      txn,
      at,
      actor: hex(row.actor) as KeyId,
      hash: hex(row.hash) as Sha256,
      program,
      name,
      media,
      size,
      sha256: row.sha256 === null ? null : (hex(row.sha256) as Sha256),
      sender,
      contract,
      sentFor: row.sent_for,
      repeats,
      destroyed: row.destroyed_by === null ? null : destructionAt(this.#sql, row.destroyed_by),
      placed: row.placed === 1,
    };
  }
}
