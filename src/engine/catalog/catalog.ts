import type { DatasetId, DropId, Instant, KeyId, LakeId, ProgramId, Sha256, TxnId, VersionRef } from '../../contract/index.ts';
import { nearestName } from '../../core/index.ts';
import type { Frontier, LedgerView } from '../../core/index.ts';
import { contractsOfTable, cubeDefinitions, newestCubes, type CubeRow } from './cube-read.ts';
import { contractText, contractVersions, newestContracts, type ContractRow, type ContractText } from './contract-read.ts';
import { DatasetReader, type DatasetDetail, type DatasetPage, type ExportRow } from './dataset-read.ts';
import { Differences } from './diff.ts';
import { DropReader, type DropDetail, type DropUse } from './drop-read.ts';
import { fileAt, filePage, iterateFiles, type FilePage, type FileRow } from './file-read.ts';
import { fingerprint } from './fingerprint.ts';
import { splitFrontier } from './frontier.ts';
import { hexBytes, readMeta, SqlLedgerView } from './ledger-view.ts';
import { acceptedOffset, isNewer, keys, lastClock, type KeyDetail } from './key-read.ts';
import { LogReader, type LogEntry, type LogFilter, type LogPage } from './log-read.ts';
import { Projection } from './projection.ts';
import { firstAt, relationRows, stateOf, type CatalogState, type RelationValue } from './relations.ts';
import { resolve, resolveAt, type Resolved } from './resolve.ts';
import type { Sql } from './sql.ts';
import { TableReader } from './table-read.ts';
import type { VersionDetail } from './version-read.ts';

/** Where the projection stands. */
export interface Position {
  /** Null before the first entry with effect. */
  readonly lake: LakeId | null;
  /** Number of leaves of the lake's own ledger. */
  readonly size: number;
  /** Leaves of the logs before a fork too; without a fork it is `size`. */
  readonly total: number;
  readonly frontier: Frontier;
  readonly lastLeaf: Sha256 | null;
  readonly lastEffectiveAt: Instant | null;
  /** Local: the checkpoint last compared with. */
  readonly checked: { readonly size: number; readonly root: Sha256 } | null;
  /**
   * True where a body was destroyed on which the judgement of a later entry had rested. The catalog then answers as it did while the body was
   * there; rebuilt, it answers as any other station's. Rebuild it before judging more.
   */
  readonly stale: boolean;
}

export type Projected<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'moved'; readonly total: number };

export interface CatalogTotals {
  readonly datasets: number;
  readonly versions: number;
  readonly entries: number;
  /** Of the newest versions, as far as their files are known. */
  readonly files: number;
  readonly bytes: number;
}

export interface NoteRow {
  readonly note: 'emptyFolder' | 'symlink' | 'special';
  readonly path: string;
  /** Target of a link, kind of a special file, else null. */
  readonly detail: string | null;
}

/** One lake's catalog: a cache of what its ledger says. Any call may raise a `CatalogError`; no call changes the lake. */
export class Catalog {
  /** The state as of the last finished write, for judging an act before it is claimed. */
  readonly view: LedgerView;
  readonly #writer: Sql;
  readonly #reader: Sql;
  readonly #datasets: DatasetReader;
  readonly #log: LogReader;
  readonly #drops: DropReader;
  /** Tables of the warehouse. */
  readonly tables: TableReader;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(writer: Sql, reader: Sql) {
    this.#writer = writer;
    this.#reader = reader;
    this.view = new SqlLedgerView(reader);
    this.#datasets = new DatasetReader(reader);
    this.#log = new LogReader(reader);
    this.#drops = new DropReader(reader);
    this.tables = new TableReader(reader);
  }

  /** What `work` asks is asked of one moment, and costs one look at the file. It must not wait for anything. */
  look<T>(work: () => T): T {
    return this.#reader.snapshot(work);
  }

  position(): Position {
    const meta = readMeta(this.#reader);
    return {
      lake: meta.lake as LakeId | null,
      size: meta.size,
      total: meta.base + meta.size,
      frontier: splitFrontier(meta.size, meta.frontier),
      lastLeaf: (meta.last_leaf?.toString('hex') as Sha256 | undefined) ?? null,
      lastEffectiveAt: meta.last_at,
      checked:
        meta.checked_size === null || meta.checked_root === null
          ? null
          : { size: meta.checked_size, root: meta.checked_root.toString('hex') as Sha256 },
      stale: meta.stale === 1,
    };
  }

  /**
   * One write: all of what `work` does, or nothing where it fails. Answers `moved` without calling it where `expectedTotal` is no longer
   * `position().total`, because another process was quicker; null expects nothing (for local marks). Writes of one catalog take turns; other
   * processes of the station wait up to the busy timeout, so a long replay is best cut into writes of a few seconds.
   */
  project<T>(expectedTotal: number | null, work: (projection: Projection) => T | Promise<T>): Promise<Projected<T>> {
    const turn = this.#queue.then(() => this.#write(expectedTotal, work));
    // The next turn begins whether this one succeeds or not; its error goes to its own caller.
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /**
   * Datasets in order of their names ignoring case, from the first after `after` on; `next` of a page is the `after` of the following one. With `find` only
   * those that have it in their id, an alias or their newest description's title, ignoring ASCII case.
   */
  datasets(after: string, limit: number, find = ''): DatasetPage {
    return this.#reader.snapshot(() => this.#datasets.page(after, limit, find));
  }

  dataset(id: DatasetId): DatasetDetail | null {
    return this.#reader.snapshot(() => this.#datasets.detail(id));
  }

  /** Versions of a dataset, newest first, from those below `below` on (null: from the newest). */
  versions(id: DatasetId, below: number | null, limit: number): VersionDetail[] {
    return this.#reader.snapshot(() => this.#datasets.versions(id, below, limit));
  }

  version(id: DatasetId, version: number): VersionDetail | null {
    return this.#reader.snapshot(() => this.#datasets.version(id, version));
  }

  /** Claimed versions whose folder was not yet seen in its place, oldest first. */
  unsettled(): VersionDetail[] {
    return this.#reader.snapshot(() => this.#datasets.unsettled());
  }

  /** Datasets of which no entry tells any more in which storage root they are, because the bodies that did were destroyed. */
  datasetsWithoutRoot(): DatasetId[] {
    return this.#reader.snapshot(() => this.#datasets.withoutRoot());
  }

  /** Versions that name this one among their sources, oldest first. */
  derivedFrom(id: DatasetId, version: number): VersionDetail[] {
    return this.#reader.snapshot(() => this.#datasets.derivedFrom(id, version));
  }

  /** What a version was made from, in the order of its entry's inputs, the version before included. A source need not be in this catalog. */
  sources(id: DatasetId, version: number): { readonly dataset: DatasetId; readonly version: number }[] {
    return this.#datasets.sources(id, version);
  }

  /** Exports of all versions of a dataset, oldest first. */
  exports(id: DatasetId): ExportRow[] {
    return this.#reader.snapshot(() => this.#datasets.exports(id));
  }

  /** The version that a reference means, or why there is none. An alias may stand for the id, in any case of letters. */
  resolve(ref: VersionRef): Resolved {
    return this.#reader.snapshot(() => resolve(this.#reader, this.#datasets, ref));
  }

  /** The version that a reference meant in an earlier state. */
  resolveAt(ref: Exclude<VersionRef, { by: 'instant' }>, { pos }: CatalogState): Resolved {
    return this.#reader.snapshot(() => resolveAt(this.#reader, this.#datasets, ref, pos));
  }

  /** The state at an instant, or after an entry; null where there was none yet. */
  stateOf(asked: { readonly at: Instant } | { readonly seq: number }): CatalogState | null {
    return stateOf(this.#reader, asked);
  }

  /** When the first entry was. */
  firstAt(): Instant | null {
    return firstAt(this.#reader);
  }

  /** Rows of one of the relations for questions, in a state; some thousand at a time. */
  relationRows(name: string, state: CatalogState): Iterable<readonly (readonly RelationValue[])[]> {
    return relationRows(this.#reader, name, state);
  }

  /** The id or alias most like a name that was typed; null where none is close. */
  nearestName(typed: string): string | null {
    return nearestName(typed, this.#datasets.names());
  }

  /**
   * Files of a version sorted by path; with `find` only those that have it in their path, ignoring ASCII case. Null where there is no such version, or its files are not
   * known (`state` is `unknown`).
   */
  files(id: DatasetId, version: number, after: string, limit: number, find = ''): FilePage | null {
    return this.#reader.snapshot(() => {
      const place = this.#datasets.withFiles(id, version);
      return place === null ? null : filePage(this.#reader, place, after, limit, find);
    });
  }

  iterateFiles(id: DatasetId, version: number): Iterable<FileRow> | null {
    const place = this.#datasets.withFiles(id, version);
    return place === null ? null : iterateFiles(this.#reader, place);
  }

  /** The file at exactly this path; null where there is none, or the version's files are not known. */
  fileAt(id: DatasetId, version: number, path: string): FileRow | null {
    const place = this.#datasets.withFiles(id, version);
    return place === null ? null : fileAt(this.#reader, place, path);
  }

  /** What was met and not taken when this version was made. */
  notes(id: DatasetId, version: number): NoteRow[] {
    return this.#reader.all<NoteRow>(
      'SELECT note, path, detail FROM note WHERE ds = (SELECT ds FROM dataset WHERE id = ?) AND version = ? ORDER BY line',
      id,
      version,
    );
  }

  /** The differences of two versions, seen from the first to the second; 0 is the state before v1. Null where the files of one are not known. Close it. */
  differences(id: DatasetId, from: number, to: number): Differences | null {
    return this.#reader.snapshot(() => {
      const ds = this.#datasets.key(id);
      const known = [from, to].every((version) => version === 0 || this.#datasets.withFiles(id, version) !== null);
      return ds === null || !known ? null : new Differences(this.#reader, ds, from, to);
    });
  }

  /** A raw drop by its `raw_id`, the number of its entry in the lake's own ledger. */
  drop(rawId: number): DropDetail | null {
    return this.#reader.snapshot(() => this.#drops.bySeq(rawId));
  }

  dropById(id: DropId): DropDetail | null {
    return this.#reader.snapshot(() => this.#drops.byId(id));
  }

  /** The first drop of a program with these bytes, in the lake's own ledger. */
  sameDrop(program: ProgramId, sha256: Sha256): DropDetail | null {
    return this.#reader.snapshot(() => this.#drops.same(program, sha256));
  }

  /** Raw drops, newest first; `next` of a page is the `before` of the following one. */
  drops(program: ProgramId | null, before: number | null, limit: number): { readonly drops: DropDetail[]; readonly next: number | null } {
    return this.#reader.snapshot(() => this.#drops.page(program, before, limit));
  }

  dropCount(program: ProgramId | null = null): number {
    return this.#drops.count(program);
  }

  /** Claimed raw drops whose object was not yet seen in its place, oldest first. */
  unsettledDrops(): DropDetail[] {
    return this.#reader.snapshot(() => this.#drops.unsettled());
  }

  /** Raw drops of which no table has rows, oldest first, from the first behind the place `after` on; `last` is the place of the last of them. */
  waitingDrops(after: number, limit: number): { readonly drops: DropDetail[]; readonly last: number } {
    return this.#reader.snapshot(() => this.#drops.waiting(after, limit));
  }

  /** Versions of tables whose rows were made from a drop; empty where it was not normalized. */
  dropUses(id: DropId): DropUse[] {
    return this.#drops.uses(id);
  }

  /** The newest definition of each cube, by name. */
  cubes(): CubeRow[] {
    return newestCubes(this.#reader);
  }

  /** All definitions of a cube, newest first; empty where there is none. */
  cubeDefinitions(name: string): CubeRow[] {
    return cubeDefinitions(this.#reader, name);
  }

  /** Every contract that a version of a table, or one before it, was written under. */
  contractsOfTable(name: string, version: number): { readonly name: string; readonly sha256: Sha256 }[] {
    return contractsOfTable(this.#reader, name, version);
  }

  /** The newest of each contract, by name, from the first after `after` on. */
  contracts(after: string, limit: number): ContractRow[] {
    return newestContracts(this.#reader, after, limit);
  }

  /** All that were published under a name, newest first; empty where there is none. */
  contractVersions(name: string): ContractRow[] {
    return contractVersions(this.#reader, name);
  }

  contractText(name: string, hash: Sha256): ContractText | null {
    return contractText(this.#reader, name, hexBytes(hash));
  }

  /** Entries, newest first. */
  log(filter: LogFilter, limit: number): LogPage {
    return this.#reader.snapshot(() => this.#log.page(filter, limit));
  }

  /** Of the lake's own ledger. */
  entry(seq: number): LogEntry | null {
    return this.#reader.snapshot(() => this.#log.entry(seq));
  }

  /** The entry of an act, one that counts before one that does not; of a fork's origin too. */
  entryByTxn(txn: TxnId): LogEntry | null {
    return this.#reader.snapshot(() => this.#log.byTxn(txn));
  }

  /** Of the lake's own ledger; null beyond its end. */
  leafHash(seq: number): Uint8Array | null {
    return this.#log.leafHashes(seq, seq + 1)[0] ?? null;
  }

  /** Leaf hashes from `start` up to, not including, `end`; fewer where the ledger ends before. */
  leafHashes(start: number, end: number): Uint8Array[] {
    return this.#log.leafHashes(start, end);
  }

  /** Every key that was ever in the key set, in order of enrolment. */
  keys(): KeyDetail[] {
    return keys(this.#reader);
  }

  /** Whether an entry was written by a newer version of the program: this one may then read and not write. */
  isNewer(): boolean {
    return isNewer(this.#reader);
  }

  /** The offset to the file server's clock (station − server, ms) that was last accepted for a station; 0 where none was. */
  acceptedOffset(station: KeyId): number {
    return acceptedOffset(this.#reader, station);
  }

  /** The station's own clock in the last entry; null before the first. */
  lastClock(): Instant | null {
    return lastClock(this.#reader);
  }

  /** Entries that count and have no effect: each is a sign that something is wrong. */
  alarms(): number {
    return this.#reader.get<{ n: number }>('SELECT count(*) AS n FROM entry WHERE effect = 0 AND counts = 1')?.n ?? 0;
  }

  totals(): CatalogTotals {
    const totals = this.#reader.get<CatalogTotals>(
      `SELECT (SELECT count(*) FROM dataset) AS datasets, (SELECT count(*) FROM version) AS versions, (SELECT count(*) FROM entry) AS entries,
         coalesce(sum(v.files), 0) AS files, coalesce(sum(v.bytes), 0) AS bytes
       FROM dataset d LEFT JOIN version v ON v.ds = d.ds AND v.number = d.newest`,
    );
    return totals ?? { datasets: 0, versions: 0, entries: 0, files: 0, bytes: 0 };
  }

  /** SHA-256 over all answers, local marks left out: the same for a catalog that grew and one rebuilt from the same lake. */
  fingerprint(): Sha256 {
    return this.#reader.snapshot(() => fingerprint(this.#reader));
  }

  /** Reads the whole file and answers what SQLite finds wrong with it; empty where it is sound. */
  check(): string[] {
    return this.#reader.all<{ quick_check: string }>('PRAGMA quick_check').flatMap((row) => (row.quick_check === 'ok' ? [] : [row.quick_check]));
  }

  /** Waits for a write under way, then closes the file. */
  async close(): Promise<void> {
    await this.#queue;
    this.#reader.close();
    if (this.#writer !== this.#reader) this.#writer.close();
  }

  async #write<T>(expectedTotal: number | null, work: (projection: Projection) => T | Promise<T>): Promise<Projected<T>> {
    const sql = this.#writer;
    sql.script('BEGIN IMMEDIATE');
    try {
      const before = readMeta(sql);
      const total = before.base + before.size;
      if (expectedTotal !== null && expectedTotal !== total) {
        sql.script('ROLLBACK');
        return { kind: 'moved', total };
      }
      const value = await work(new Projection(sql));
      // Another process that waits to begin the same fork would otherwise begin it twice.
      const after = readMeta(sql);
      if (after.log !== before.log && after.size === 0) throw new RangeError('A fork was begun without its first entry.');
      sql.script('COMMIT');
      return { kind: 'done', value };
    } catch (error) {
      if (sql.inTransaction) sql.script('ROLLBACK');
      throw error;
    }
  }
}
