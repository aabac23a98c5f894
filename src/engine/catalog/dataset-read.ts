import { Description } from '../../contract/index.ts';
import type { DatasetId, Instant, RootName, Sha256 } from '../../contract/index.ts';
import { catalogError } from './errors.ts';
import { destructionAt, type Destruction } from './events.ts';
import type { VersionPlace } from './file-read.ts';
import type { Sql } from './sql.ts';
import { versionsWhere, type VersionDetail } from './version-read.ts';

export interface DatasetSummary {
  readonly id: DatasetId;
  readonly createdSeq: number;
  readonly createdAt: Instant;
  /** Null while no body that says it is there. */
  readonly root: RootName | null;
  /** Those that are known, oldest first. */
  readonly aliases: readonly DatasetId[];
  /** How many versions, which is also the number of the newest. */
  readonly versions: number;
  /** The newest, withdrawn or not; null before v1. */
  readonly newest: VersionDetail | null;
}

export interface DatasetPage {
  readonly datasets: readonly DatasetSummary[];
  readonly next: string | null;
}

/** A word that one entry's body says: null where that body is missing or destroyed. */
export interface Said<T> {
  readonly seq: number;
  readonly at: Instant;
  readonly value: T | null;
  readonly destroyed: Destruction | null;
}

export interface DatasetDetail extends DatasetSummary {
  /** Newest first; the first is in effect. */
  readonly descriptions: readonly Said<Description>[];
  readonly aliasesSaid: readonly Said<DatasetId>[];
}

export interface ExportRow {
  readonly seq: number;
  readonly at: Instant;
  readonly version: number;
  /** Hash of the package's tag manifest. */
  readonly package: Sha256;
  readonly name: string | null;
  readonly bytes: number | null;
  readonly payload: { readonly files: number; readonly octets: number } | null;
  readonly signer: string | null;
  readonly destroyed: Destruction | null;
}

interface Row {
  readonly ds: number;
  readonly id: DatasetId;
  readonly key: string;
  readonly seq: number;
  readonly at: Instant;
  readonly root: RootName | null;
  readonly newest: number;
}

const columns = `SELECT d.ds, d.id, n.key, e.seq, e.at, d.newest, coalesce(d.root,
    (SELECT v.root FROM version v WHERE v.ds = d.ds AND v.root IS NOT NULL ORDER BY v.number LIMIT 1)) AS root
  FROM name n JOIN dataset d ON d.ds = n.ds JOIN entry e ON e.pos = d.pos WHERE n.kind = 'id'`;

/** A name or the title of the newest description holds ?3. */
const holds = `(EXISTS (SELECT 1 FROM name a WHERE a.ds = d.ds AND instr(a.key, lower(?3)) > 0)
  OR instr(lower((SELECT s.description ->> '$.title' FROM description s WHERE s.ds = d.ds ORDER BY s.pos DESC LIMIT 1)), lower(?3)) > 0)`;

export class DatasetReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  page(after: string, limit: number, find = ''): DatasetPage {
    const rows =
      find === ''
        ? this.#sql.all<Row>(`${columns} AND n.key > ? ORDER BY n.key LIMIT ?`, after, limit + 1)
        : this.#sql.all<Row>(`${columns} AND n.key > ?1 AND ${holds} ORDER BY n.key LIMIT ?2`, after, limit + 1, find);
    const datasets = rows.slice(0, limit);
    return { datasets: datasets.map((row) => this.#summary(row)), next: rows.length > limit ? (datasets.at(-1)?.key ?? null) : null };
  }

  detail(id: DatasetId): DatasetDetail | null {
    const row = this.#sql.get<Row>(`${columns} AND d.id = ?`, id);
    if (row === null) return null;
    const descriptions = this.#said('description', row.ds).map((said) => ({
      ...said,
      value: said.value === null ? null : descriptionOf(said.value),
    }));
    const aliasesSaid = this.#said('alias', row.ds).map((said) => ({ ...said, value: said.value as DatasetId | null }));
    return { ...this.#summary(row), descriptions, aliasesSaid };
  }

  withoutRoot(): DatasetId[] {
    const none = `d.root IS NULL AND NOT EXISTS (SELECT 1 FROM version v WHERE v.ds = d.ds AND v.root IS NOT NULL)`;
    return this.#sql.all<{ readonly id: DatasetId }>(`SELECT d.id FROM dataset d WHERE ${none}`).map(({ id }) => id);
  }

  versions(id: DatasetId, below: number | null, limit: number): VersionDetail[] {
    return versionsWhere(this.#sql, 'd.id = ? AND v.number < ? ORDER BY v.number DESC LIMIT ?', id, below ?? Number.MAX_SAFE_INTEGER, limit);
  }

  version(id: DatasetId, version: number): VersionDetail | null {
    return versionsWhere(this.#sql, 'd.id = ? AND v.number = ?', id, version)[0] ?? null;
  }

  unsettled(): VersionDetail[] {
    return versionsWhere(this.#sql, 'v.placed = 0 ORDER BY v.pos');
  }

  derivedFrom(id: DatasetId, version: number): VersionDetail[] {
    return versionsWhere(
      this.#sql,
      '(v.ds, v.number) IN (SELECT s.ds, s.version FROM source s WHERE s.source_id = ? AND s.source_version = ?) ORDER BY v.pos',
      id,
      version,
    );
  }

  /** What a version was made from, in the order of its entry's inputs; with the version before. Names only: a source need not be in this lake's catalog. */
  sources(id: DatasetId, version: number): { readonly dataset: DatasetId; readonly version: number }[] {
    return this.#sql.all(
      'SELECT source_id AS dataset, source_version AS version FROM source WHERE ds = (SELECT ds FROM dataset WHERE id = ?) AND version = ? ORDER BY ordinal',
      id,
      version,
    );
  }

  exports(id: DatasetId): ExportRow[] {
    const rows = this.#sql.all<{
      seq: number; at: Instant; version: number; package: Buffer; name: string | null; bytes: number | null;
      payload_files: number | null; payload_octets: number | null; signer: string | null; destroyed_by: number | null;
    }>(
      `SELECT e.seq, e.at, x.version, x.package, x.name, x.bytes, x.payload_files, x.payload_octets, x.signer, e.destroyed_by
       FROM export x JOIN entry e ON e.pos = x.pos WHERE x.ds = (SELECT ds FROM dataset WHERE id = ?) ORDER BY x.pos`,
      id,
    );
    return rows.map(({ payload_files: files, payload_octets: octets, destroyed_by: by, ...row }) => ({
      ...row,
      package: row.package.toString('hex') as Sha256,
      payload: files === null || octets === null ? null : { files, octets },
      destroyed: destructionAt(this.#sql, by),
    }));
  }

  /** Every id and alias, in order. */
  names(): string[] {
    return this.#sql.all<{ name: string }>('SELECT name FROM name ORDER BY key').map((row) => row.name);
  }

  /** The dataset's key in the tables. */
  key(id: DatasetId): number | null {
    return this.#sql.get<{ ds: number }>('SELECT ds FROM dataset WHERE id = ?', id)?.ds ?? null;
  }

  /** The version's place in the tables; null where there is no such version or its files are not known. */
  withFiles(id: DatasetId, version: number): VersionPlace | null {
    return this.#sql.get<VersionPlace>(
      "SELECT d.ds, v.number AS version, d.newest FROM dataset d JOIN version v ON v.ds = d.ds WHERE d.id = ? AND v.number = ? AND v.state <> 'unknown'",
      id,
      version,
    );
  }

  #summary({ ds, id, seq, at, root, newest }: Row): DatasetSummary {
    const aliases = this.#sql.all<{ name: DatasetId }>("SELECT name FROM name WHERE ds = ? AND kind = 'alias' ORDER BY pos", ds);
    return {
      id,
      createdSeq: seq,
      createdAt: at,
      root,
      aliases: aliases.map((row) => row.name),
      versions: newest,
      newest: newest === 0 ? null : this.version(id, newest),
    };
  }

  #said(table: 'description' | 'alias', ds: number): Said<string>[] {
    const rows = this.#sql.all<{ seq: number; at: Instant; value: string | null; destroyed_by: number | null }>(
      `SELECT e.seq, e.at, s.${table} AS value, e.destroyed_by FROM ${table} s JOIN entry e ON e.pos = s.pos WHERE s.ds = ? ORDER BY s.pos DESC`,
      ds,
    );
    return rows.map(({ destroyed_by: by, ...row }) => ({ ...row, destroyed: destructionAt(this.#sql, by) }));
  }
}

function descriptionOf(text: string): Description {
  try {
    return Description.parse(JSON.parse(text));
  } catch (error) {
    throw catalogError('damaged', error);
  }
}
