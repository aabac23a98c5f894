import { Imported } from '../../contract/index.ts';
import type { DatasetId, Instant, Lineage, RootName, Sha256, Tag, TxnId, VersionNumber } from '../../contract/index.ts';
import { catalogError } from './errors.ts';
import { destructionAt, eventAt, type Destruction, type Event } from './events.ts';
import type { BodyFound } from './projection.ts';
import type { Sql, Value } from './sql.ts';

/** One version. What only a body says is null where that body is missing or destroyed. */
export interface VersionDetail {
  readonly dataset: DatasetId;
  readonly version: VersionNumber;
  /** The entry that committed it; of the log `log`, which is the lake's own unless the version is from before a fork. */
  readonly seq: number;
  readonly log: number;
  readonly txn: TxnId;
  readonly at: Instant;
  /** Of its inventory. */
  readonly hash: Sha256;
  readonly message: string | null;
  readonly transform: string | null;
  /** What it was made from and how, where the body says that. */
  readonly lineage: Lineage | null;
  /** Where it comes from, if it was made elsewhere. */
  readonly imported: Imported | null;
  readonly root: RootName | null;
  /** Those in effect, sorted. */
  readonly tags: readonly Tag[];
  /** False where a body that says more of its tags is not there. */
  readonly tagsComplete: boolean;
  /** Counted over its files; null while they are not known. */
  readonly files: number | null;
  readonly bytes: number | null;
  /** How its files are known: from the bodies' lines, from its inventory, or not yet. */
  readonly state: 'unknown' | 'lines' | 'inventory';
  readonly withdrawn: Event | null;
  readonly voided: Event | null;
  /** What was met of its body; null once that is destroyed. */
  readonly bodyFound: BodyFound | null;
  readonly destroyed: Destruction | null;
  /** Local: its folder was seen in its place. */
  readonly placed: boolean;
}

interface Row {
  readonly id: DatasetId;
  readonly number: VersionNumber;
  readonly seq: number;
  readonly log: number;
  readonly txn: TxnId;
  readonly at: Instant;
  readonly hash: Buffer;
  readonly message: string | null;
  readonly transform: string | null;
  readonly lineage: string | null;
  readonly imported: string | null;
  readonly root: RootName | null;
  readonly tags: string | null;
  readonly tags_lost: number;
  readonly files: number | null;
  readonly bytes: number | null;
  readonly state: VersionDetail['state'];
  readonly withdrawn_pos: number | null;
  readonly voided_pos: number | null;
  readonly body_found: BodyFound | null;
  readonly destroyed_by: number | null;
  readonly placed: number;
}

/** Versions that match a condition over `d` (dataset), `v` (version) and `e` (its entry), with its ORDER BY and LIMIT. */
export function versionsWhere(sql: Sql, condition: string, ...values: Value[]): VersionDetail[] {
  const rows = sql.all<Row>(
    `SELECT d.id, v.number, e.seq, e.log, e.txn, e.at, v.hash, v.message, v.transform, v.lineage, v.imported, v.root, v.files, v.bytes, v.state, v.withdrawn_pos, v.voided_pos, v.placed,
       e.body_found, e.destroyed_by,
       (SELECT group_concat(t.tag, ',' ORDER BY t.tag) FROM tag_now t WHERE t.ds = v.ds AND t.version = v.number) AS tags,
       EXISTS (SELECT 1 FROM tag_said t WHERE t.ds = v.ds AND t.version = v.number AND t.tag IS NULL) AS tags_lost
     FROM version v JOIN dataset d ON d.ds = v.ds JOIN entry e ON e.pos = v.pos WHERE ${condition}`,
    ...values,
  );
  return rows.map((row) => ({
    dataset: row.id,
    version: row.number,
    seq: row.seq,
    log: row.log,
    txn: row.txn,
    at: row.at,
    hash: row.hash.toString('hex') as Sha256,
    message: row.message,
    transform: row.transform,
    lineage: row.lineage === null ? null : (JSON.parse(row.lineage) as Lineage),
    imported: row.imported === null ? null : importedOf(row.imported),
    root: row.root,
    tags: row.tags === null ? [] : (row.tags.split(',') as Tag[]),
    tagsComplete: row.tags_lost === 0,
    files: row.files,
    bytes: row.bytes,
    state: row.state,
    withdrawn: eventAt(sql, row.withdrawn_pos),
    voided: eventAt(sql, row.voided_pos),
    bodyFound: row.body_found,
    destroyed: destructionAt(sql, row.destroyed_by),
    placed: row.placed === 1,
  }));
}

function importedOf(text: string): Imported {
  try {
    return Imported.parse(JSON.parse(text));
  } catch (error) {
    throw catalogError('damaged', error);
  }
}
