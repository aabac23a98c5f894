import { createHash } from 'node:crypto';
import type { BodyLine, DatasetId, DropId, LogicalPath, Sha256, TableName } from '../../contract/index.ts';
import { appendLeaf, parseSubject } from '../../core/index.ts';
import type { DeltaAction, Frontier, Judgement, LedgerView } from '../../core/index.ts';
import { applyChange } from './changes.ts';
import { LineWriter, type Totals } from './file-lines.ts';
import { writeState, type StateFile } from './file-state.ts';
import { joinFrontier, splitFrontier } from './frontier.ts';
import { hexBytes, readMeta, SqlLedgerView } from './ledger-view.ts';
import type { Sql } from './sql.ts';
import { takeTableLines } from './table-lines.ts';

/** What was met on the lake where the entry has a body: it matches its commitment, is not there, or does not match. */
export type BodyFound = 'present' | 'missing' | 'altered';

/** How the lines of a body were taken. */
export type LinesTaken =
  | {
      readonly kind: 'taken';
      readonly totals: Totals;
      /** Whether every line fitted and the totals are those that the body's first line gives; where not, `setState` puts it right. */
      readonly fits: boolean;
    }
  /** The files of the version before are not known, so changes against it say nothing: use `setState`. Nothing was taken. */
  | { readonly kind: 'baseUnknown' };

interface VersionPlace {
  readonly ds: number;
  readonly newest: number;
  readonly state: 'unknown' | 'lines' | 'inventory';
  readonly said_files: number | null;
  readonly said_bytes: number | null;
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** What may be done inside one write of the catalog; good only until the work given to `Catalog.project` ends. */
export class Projection {
  /** The state so far, entries of this write included: judge the next entry against it. */
  readonly view: LedgerView;
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.view = new SqlLedgerView(sql);
  }

  /**
   * Takes the judgement of the next leaf: its entry, the tree, and what it changes. `found` is about its body; it is not looked at where the
   * entry has none. Throws a RangeError where `seq` is not the next.
   */
  apply(seq: number, judgement: Judgement, found: BodyFound): void {
    const meta = readMeta(this.#sql);
    if (seq !== meta.size) throw new RangeError(`Entry ${seq} cannot be applied to the state after ${meta.size} entries.`);
    const pos = meta.base + seq;
    const { entry } = judgement;
    const counts = judgement.effect || judgement.bodyOnly === true;
    this.#insertEntry(pos, meta.log, seq, judgement, found, counts);
    const leaf = hexBytes(judgement.leafHash);
    const frontier: Frontier = appendLeaf(sha256, splitFrontier(meta.size, meta.frontier), leaf);
    this.#sql.run(
      'UPDATE meta SET size = size + 1, frontier = ?, last_leaf = ?, last_at = coalesce(?, last_at)',
      joinFrontier(frontier),
      leaf,
      counts && entry !== null ? entry.at : null,
    );
    if (!judgement.effect) return;
    for (const change of judgement.changes) {
      const stale = applyChange(this.#sql, { pos, base: meta.base, entry: judgement.entry }, change);
      if (stale) this.#sql.run('UPDATE meta SET stale = 1');
    }
  }

  /**
   * Begins the next log of a fork (lake.md section 16), after the origin's entries were applied: the state stays, the tree is empty, and the
   * next entry is number 0. Entries of the origin can still be read, but no longer named by number.
   */
  beginFork(): void {
    this.#sql.run(
      "UPDATE meta SET lake = NULL, log = log + 1, base = base + size, size = 0, frontier = x'', last_leaf = NULL, checked_size = NULL, checked_root = NULL",
    );
  }

  /** Takes the lines of the body of the newest version, which `apply` has just added. Throws a RangeError for any other version. */
  async addLines(id: DatasetId, version: number, lines: Iterable<BodyLine> | AsyncIterable<BodyLine>): Promise<LinesTaken> {
    const place = this.#place(id, version);
    if (version !== place.newest || place.state !== 'unknown') throw new RangeError(`The lines of ${id}:v${version} cannot be taken now.`);
    const before = version === 1 ? { files: 0, bytes: 0 } : this.#totals(place.ds, version - 1);
    if (before === null) return { kind: 'baseUnknown' };
    const { totals, misfits } = await new LineWriter(this.#sql, place.ds, version, before).addAll(lines);
    this.#setTotals(place.ds, version, 'lines', totals);
    const said = place.said_files === null || (place.said_files === totals.files && place.said_bytes === totals.bytes);
    return { kind: 'taken', totals, fits: misfits === 0 && said };
  }

  /**
   * Makes the files of a version exactly these, whatever was known of it; other versions stay as they are. For a version whose body is missing or
   * destroyed, or whose lines did not fit: its inventory's state with the sizes of the stored files.
   */
  async setState(id: DatasetId, version: number, files: Iterable<StateFile> | AsyncIterable<StateFile>): Promise<Totals> {
    const place = this.#place(id, version);
    const totals = await writeState(this.#sql, place.ds, version, version === place.newest, files);
    this.#setTotals(place.ds, version, 'inventory', totals);
    return totals;
  }

  /** Takes the Delta lines of the newest version of a table, which `apply` has just added; false where they do not lead on from the version before. */
  addTableLines(name: TableName, version: number, actions: readonly DeltaAction[]): boolean {
    return takeTableLines(this.#sql, name, version, actions);
  }

  /** Local: the files of a table's version, and its commit in the Delta log, stand at their places, and so do those of all versions before, which were put there first. */
  setTablePlaced(name: TableName, version: number): void {
    this.#sql.run('UPDATE delta_version SET placed = 1 WHERE t = (SELECT t FROM delta_table WHERE name = ?) AND number <= ?', name, version);
  }

  /** Local: whether the version's folder stands at its place in the store. */
  setPlaced(id: DatasetId, version: number, placed: boolean): void {
    const { ds } = this.#place(id, version);
    this.#sql.run('UPDATE version SET placed = ? WHERE ds = ? AND number = ?', placed ? 1 : 0, ds, version);
  }

  /** What the body of a raw drop says of its file, after `apply` has added the drop. */
  setDropFile(id: DropId, file: { readonly path: LogicalPath; readonly sha256: Sha256; readonly size: number }): void {
    this.#sql.run('UPDATE raw_drop SET name = ?, size = ?, sha256 = ? WHERE id = ?', file.path, file.size, hexBytes(file.sha256), id);
  }

  /** Local: whether the drop's object stands at its place in the store. */
  setDropPlaced(id: DropId, placed: boolean): void {
    this.#sql.run('UPDATE raw_drop SET placed = ? WHERE id = ?', placed ? 1 : 0, id);
  }

  /** Local: the checkpoint that this catalog's entries were last compared with. */
  setChecked(checkpoint: { readonly size: number; readonly root: Sha256 }): void {
    this.#sql.run('UPDATE meta SET checked_size = ?, checked_root = ?', checkpoint.size, hexBytes(checkpoint.root));
  }

  #insertEntry(pos: number, log: number, seq: number, judgement: Judgement, found: BodyFound, counts: boolean): void {
    const { entry } = judgement;
    const body = entry === null ? null : entry.body === null ? 'none' : 'kept';
    this.#sql.run(
      `INSERT INTO entry (pos, log, seq, leaf, effect, counts, why, newer, txn, at, clock, station, actor, op, subject, dataset, body_size, body_commit, body, body_found)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      pos,
      log,
      seq,
      hexBytes(judgement.leafHash),
      judgement.effect ? 1 : 0,
      counts ? 1 : 0,
      judgement.effect ? null : judgement.why,
      !judgement.effect && judgement.newer === true ? 1 : 0,
      entry?.txn ?? null,
      entry?.at ?? null,
      entry?.clock ?? null,
      entry === null ? null : hexBytes(entry.station),
      entry === null ? null : hexBytes(entry.actor),
      entry?.op ?? null,
      entry?.subject ?? null,
      entry === null ? null : this.#datasetOf(entry.subject, pos - seq),
      entry?.body?.size ?? null,
      entry?.body ? hexBytes(entry.body.commit) : null,
      body,
      body === 'kept' ? found : null,
    );
  }

  /** The dataset under which the log shows an entry; a destruction goes with the entry whose body it destroys. */
  #datasetOf(subject: string, base: number): string | null {
    const parsed = parseSubject(subject);
    if (parsed?.kind === 'dataset' || parsed?.kind === 'version') return parsed.id;
    if (parsed?.kind !== 'entry') return null;
    return this.#sql.get<{ dataset: string | null }>('SELECT dataset FROM entry WHERE pos = ?', base + parsed.seq)?.dataset ?? null;
  }

  #place(id: DatasetId, version: number): VersionPlace {
    const place = this.#sql.get<VersionPlace>(
      `SELECT d.ds, d.newest, v.state, v.said_files, v.said_bytes FROM dataset d JOIN version v ON v.ds = d.ds WHERE d.id = ? AND v.number = ?`,
      id,
      version,
    );
    if (place === null) throw new RangeError(`The catalog has no version ${id}:v${version}.`);
    return place;
  }

  #totals(ds: number, version: number): Totals | null {
    return this.#sql.get<Totals>("SELECT files, bytes FROM version WHERE ds = ? AND number = ? AND state <> 'unknown'", ds, version);
  }

  #setTotals(ds: number, version: number, state: 'lines' | 'inventory', { files, bytes }: Totals): void {
    this.#sql.run('UPDATE version SET state = ?, files = ?, bytes = ? WHERE ds = ? AND number = ?', state, files, bytes, ds, version);
  }
}
