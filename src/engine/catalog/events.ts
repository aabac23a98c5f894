import type { Instant } from '../../contract/index.ts';
import type { Sql } from './sql.ts';

/** That and when something was done, and the reason its body gives; null where that body is not there. */
export interface Event {
  readonly seq: number;
  readonly at: Instant;
  readonly reason: string | null;
}

/** Under what a body was destroyed. */
export interface Destruction extends Event {
  readonly authority: string | null;
}

const event = `SELECT e.seq, e.at, r.words ->> '$.reason' AS reason, r.words ->> '$.authority' AS authority
  FROM entry e LEFT JOIN remark r ON r.pos = e.pos WHERE e.pos = ?`;

export function eventAt(sql: Sql, pos: number | null): Event | null {
  const row = pos === null ? null : sql.get<Destruction>(event, pos);
  return row === null ? null : { seq: row.seq, at: row.at, reason: row.reason };
}

export function destructionAt(sql: Sql, pos: number | null): Destruction | null {
  return pos === null ? null : sql.get<Destruction>(event, pos);
}
