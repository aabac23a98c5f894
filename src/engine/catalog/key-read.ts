import type { Instant, KeyId, KeyRole } from '../../contract/index.ts';
import { eventAt, type Event } from './events.ts';
import type { Sql } from './sql.ts';

/** One key of the key set, with what its enrolment says of it. */
export interface KeyDetail {
  readonly id: KeyId;
  readonly role: KeyRole;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** Null where the body that gave it is missing or destroyed, and for the first station, whose entry has no name. */
  readonly name: string | null;
  /** Base64 DER; null as for `name`. */
  readonly certificate: string | null;
  readonly since: Instant;
  readonly revoked: Event | null;
}

interface Row {
  readonly id: Buffer;
  readonly role: KeyRole;
  readonly spki: Buffer;
  readonly name: string | null;
  readonly certificate: string | null;
  readonly since: Instant;
  readonly revoked_pos: number | null;
}

/** Every key that was ever in the set, in order of enrolment. */
export function keys(sql: Sql): KeyDetail[] {
  const rows = sql.all<Row>(
    'SELECT k.id, k.role, k.spki, k.name, k.certificate, k.revoked_pos, e.at AS since FROM enrolled_key k JOIN entry e ON e.pos = k.pos ORDER BY k.pos, k.id',
  );
  return rows.map((row) => ({
    id: row.id.toString('hex') as KeyId,
    role: row.role,
    spki: new Uint8Array(row.spki),
    name: row.name,
    certificate: row.certificate,
    since: row.since,
    revoked: eventAt(sql, row.revoked_pos),
  }));
}

/** The offset to the file server's clock (station − server, ms) that was last accepted for a station; 0 where none was. */
export function acceptedOffset(sql: Sql, station: KeyId): number {
  const row = sql.get<{ offset: number | null }>(
    `SELECT r.words ->> '$.offset' AS offset FROM entry e JOIN remark r ON r.pos = e.pos
     WHERE e.op = 'clock.accepted' AND e.effect = 1 AND e.station = ? ORDER BY e.pos DESC LIMIT 1`,
    Buffer.from(station, 'hex'),
  );
  return row?.offset ?? 0;
}

/** The station's own clock in the last entry that could be read; null before the first. */
export function lastClock(sql: Sql): Instant | null {
  return sql.get<{ clock: Instant }>('SELECT clock FROM entry WHERE clock IS NOT NULL AND counts = 1 ORDER BY pos DESC LIMIT 1')?.clock ?? null;
}

/** Whether an entry was judged to be a newer program's. Such entries are few, and those without effect have an index of their own. */
export function isNewer(sql: Sql): boolean {
  return sql.get("SELECT 1 AS found FROM entry WHERE effect = 0 AND newer = 1 LIMIT 1") !== null;
}
