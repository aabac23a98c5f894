import type { DatasetId, Instant, KeyId, Sha256, TxnId } from '../../contract/index.ts';
import type { BodyState } from '../../core/index.ts';
import { destructionAt, type Destruction } from './events.ts';
import type { BodyFound } from './projection.ts';
import type { Sql, Value } from './sql.ts';

/** One leaf. Members are null where the leaf could not be read as an entry. */
export interface LogEntry {
  /** Place over all logs that the state is made of; without a fork the same as `seq`. */
  readonly place: number;
  /** 0 is the first log; a fork's own is the last. */
  readonly log: number;
  readonly seq: number;
  readonly leafHash: Sha256;
  readonly effect: boolean;
  /** Why it has no effect, a plain sentence; null where it has. */
  readonly why: string | null;
  readonly txn: TxnId | null;
  readonly at: Instant | null;
  readonly clock: Instant | null;
  readonly station: KeyId | null;
  readonly actor: KeyId | null;
  readonly op: string | null;
  readonly subject: string | null;
  readonly body: { readonly size: number; readonly commit: Sha256; readonly state: BodyState; readonly found: BodyFound | null } | null;
  readonly destroyed: Destruction | null;
}

export interface LogFilter {
  readonly dataset?: DatasetId;
  readonly op?: string;
  /** Only entries of the lake's own ledger after this number. */
  readonly since?: number;
  /** Only entries before this `place`: `next` of the page before. */
  readonly before?: number;
}

export interface LogPage {
  readonly entries: readonly LogEntry[];
  readonly next: number | null;
}

interface Row {
  readonly pos: number;
  readonly log: number;
  readonly seq: number;
  readonly leaf: Buffer;
  readonly effect: number;
  readonly why: string | null;
  readonly txn: TxnId | null;
  readonly at: Instant | null;
  readonly clock: Instant | null;
  readonly station: Buffer | null;
  readonly actor: Buffer | null;
  readonly op: string | null;
  readonly subject: string | null;
  readonly body_size: number | null;
  readonly body_commit: Buffer | null;
  readonly body: BodyState | null;
  readonly body_found: BodyFound | null;
  readonly destroyed_by: number | null;
}

export class LogReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  page(filter: LogFilter, limit: number): LogPage {
    const conditions: string[] = [];
    const values: Value[] = [];
    const where = (condition: string, value: Value | undefined): void => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    where('dataset = ?', filter.dataset);
    // A dataset has few entries, an operation may have nearly all: `+` keeps SQLite from choosing the index over operations.
    where(filter.dataset === undefined ? 'op = ?' : '+op = ?', filter.op);
    where('pos > (SELECT base FROM meta) + ?', filter.since);
    where('pos < ?', filter.before);
    const condition = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rows = this.#sql.all<Row>(`SELECT * FROM entry ${condition} ORDER BY pos DESC LIMIT ?`, ...values, limit + 1);
    const entries = rows.slice(0, limit).map((row) => this.#entry(row));
    return { entries, next: rows.length > limit ? (entries.at(-1)?.place ?? null) : null };
  }

  entry(seq: number): LogEntry | null {
    if (seq < 0) return null;
    const row = this.#sql.get<Row>('SELECT * FROM entry WHERE pos = (SELECT base FROM meta) + ?', seq);
    return row === null ? null : this.#entry(row);
  }

  byTxn(txn: TxnId): LogEntry | null {
    const row = this.#sql.get<Row>('SELECT * FROM entry WHERE txn = ? ORDER BY counts DESC, pos LIMIT 1', txn);
    return row === null ? null : this.#entry(row);
  }

  leafHashes(start: number, end: number): Uint8Array[] {
    const rows = this.#sql.all<{ leaf: Buffer }>(
      'SELECT leaf FROM entry WHERE pos >= (SELECT base FROM meta) + ? AND pos < (SELECT base FROM meta) + ? ORDER BY pos',
      Math.max(start, 0),
      end,
    );
    return rows.map((row) => new Uint8Array(row.leaf));
  }

  #entry(row: Row): LogEntry {
    return {
      place: row.pos,
      log: row.log,
      seq: row.seq,
      leafHash: row.leaf.toString('hex') as Sha256,
      effect: row.effect === 1,
      why: row.why,
      txn: row.txn,
      at: row.at,
      clock: row.clock,
      station: (row.station?.toString('hex') as KeyId | undefined) ?? null,
      actor: (row.actor?.toString('hex') as KeyId | undefined) ?? null,
      op: row.op,
      subject: row.subject,
      body:
        row.body_size === null || row.body_commit === null || row.body === null
          ? null
          : { size: row.body_size, commit: row.body_commit.toString('hex') as Sha256, state: row.body, found: row.body_found },
      destroyed: destructionAt(this.#sql, row.destroyed_by),
    };
  }
}
