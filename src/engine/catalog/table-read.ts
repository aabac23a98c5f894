import type { Instant, Sha256, TableName, TableOperation, TxnId } from '../../contract/index.ts';
import { HASH_TAG, partitionMayMatch, parseSchema, parseStats, PROTOCOL, ROWS_TAG, statsMayMatch } from '../../core/index.ts';
import type { AddFile, Condition, DomainMetadata, MetaData, PartitionValues, RemoveFile, Snapshot, TableFile, TablePaths, TableSchema, TableVersionDetail, TableView } from '../../core/index.ts';
import { FOREVER } from './file-lines.ts';
import type { Sql } from './sql.ts';

/** What the catalog knows of tables. */

interface VersionRow {
  readonly name: TableName;
  readonly number: number;
  readonly seq: number;
  readonly own: number;
  readonly at: Instant;
  readonly txn: TxnId;
  readonly hash: Buffer;
  readonly message: string | null;
  readonly operation: TableOperation | null;
  readonly contract_name: string | null;
  readonly contract_hash: Sha256 | null;
  readonly added_rows: number | null;
  readonly removed_rows: number | null;
  readonly known: number;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
}

const versionRows = `SELECT d.name, v.number, e.seq, e.log = (SELECT log FROM meta) AS own, e.at, e.txn, v.hash, v.message, v.operation, v.contract_name, v.contract_hash,
    v.added_rows, v.removed_rows, v.known, v.files, v.rows, v.bytes
  FROM delta_version v JOIN delta_table d ON d.t = v.t JOIN entry e ON e.pos = v.pos`;

function versionDetail(row: VersionRow): TableVersionDetail {
  const { files, rows, bytes } = row;
  return {
    table: row.name,
    version: row.number,
    seq: row.seq,
    own: row.own === 1,
    at: row.at,
    txn: row.txn,
    hash: row.hash.toString('hex') as Sha256,
    message: row.message,
    operation: row.operation,
    contract: row.contract_name === null || row.contract_hash === null ? null : { name: row.contract_name, sha256: row.contract_hash },
    added: row.added_rows,
    removed: row.removed_rows,
    totals: row.known === 1 ? { files, rows, bytes } : null,
  };
}

export class TableReader {
  readonly #sql: Sql;
  /** The columns of a schema never change. */
  readonly #metas = new Map<string, { readonly metaData: MetaData; readonly schema: TableSchema }>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The newest version of every table, by name. */
  all(): TableVersionDetail[] {
    return this.#sql.all<VersionRow>(`${versionRows} WHERE v.number = d.newest ORDER BY d.name`).map(versionDetail);
  }

  /** The newest version where `version` is null; null where there is none. */
  version(name: TableName, version: number | null): TableVersionDetail | null {
    const row = this.#sql.get<VersionRow>(`${versionRows} WHERE d.name = ?1 AND v.number = coalesce(?2, d.newest)`, name, version);
    return row === null ? null : versionDetail(row);
  }

  /** The newest version that is not later than an instant. */
  versionAt(name: TableName, at: Instant): TableVersionDetail | null {
    const t = this.#t(name);
    if (t === null) return null;
    // Instants rise with `pos`, so the entries of this table can be halved instead of walked.
    const newest = this.#sql.get<{ newest: number }>('SELECT newest FROM delta_table WHERE t = ?', t)?.newest ?? 0;
    let [low, high] = [0, newest];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const row = this.#sql.get<{ at: string }>('SELECT e.at FROM delta_version v JOIN entry e ON e.pos = v.pos WHERE v.t = ? AND v.number = ?', t, middle);
      if (row !== null && row.at <= at) low = middle;
      else high = middle - 1;
    }
    return low === 0 ? null : this.version(name, low);
  }

  /** Versions, newest first, from those below `below` on (null: from the newest). */
  versions(name: TableName, below: number | null, limit: number): TableVersionDetail[] {
    return this.#sql.all<VersionRow>(`${versionRows} WHERE d.name = ? AND v.number < ? ORDER BY v.number DESC LIMIT ?`, name, below ?? FOREVER, limit).map(versionDetail);
  }

  /** Versions that were not yet seen in place, oldest first. */
  unplaced(): TableVersionDetail[] {
    return this.#sql.all<VersionRow>(`${versionRows} WHERE v.placed = 0 ORDER BY v.pos, d.name`).map(versionDetail);
  }

  /** The columns of a version; null where its lines are not known. */
  schema(version: TableVersionDetail): TableSchema | null {
    const t = this.#t(version.table);
    return t === null || version.totals === null ? null : this.#meta(t, version.version).schema;
  }

  /** Null where the version's lines are not known. */
  view(version: TableVersionDetail, conditions: readonly Condition[]): TableView | null {
    const files: TableFile[] = [];
    const found = this.#scan<Omit<TableFile, 'sha256'> & { readonly sha256: Buffer }>(version, conditions, { columns: 'rows, size, sha256', most: null }, ({ path, schema, rows, size, sha256 }, partition) => {
      files.push({ path, schema, partition, rows, size, sha256: sha256.toString('hex') as Sha256 });
    });
    if (found === null) return null;
    const { metaData, schema, schemas } = found;
    return { version, schema, partitionColumns: metaData.partitionColumns, schemas, files: files.sort(byPath) };
  }

  /** The same with as much as is needed to read the rows: for questions, which do not wait for what they do not need. `most`: so many files are enough, the oldest. */
  paths(version: TableVersionDetail, conditions: readonly Condition[], most: number | null = null): TablePaths | null {
    const files: { readonly path: string; readonly schema: number }[] = [];
    const found = this.#scan(version, conditions, { columns: '0', most }, (file) => files.push({ path: file.path, schema: file.schema }));
    return found === null ? null : { schema: found.schema, schemas: found.schemas, files: files.sort(byPath) };
  }

  #scan<More = unknown>(version: TableVersionDetail, conditions: readonly Condition[], { columns, most }: ScanOptions, take: (file: { readonly path: string; readonly schema: number } & More, partition: PartitionValues) => void): { readonly metaData: MetaData; readonly schema: TableSchema; readonly schemas: TableView['schemas'] } | null {
    const t = this.#t(version.table);
    if (t === null || version.totals === null) return null;
    const { schema, metaData } = this.#meta(t, version.version);
    const wanted = this.#parts(t, schema, conditions);
    const begins = new Set<number>();
    const { version: number } = version;
    // What partitions are laid out by, was judged with them.
    const others = conditions.filter(({ column }) => !metaData.partitionColumns.includes(column));
    const named = new Set(others.map(({ column }) => column));
    let left = most ?? Number.POSITIVE_INFINITY;
    this.#sql.until<{ readonly path: string; readonly schema: number; readonly part: number; readonly stats: string | null } & More>(
      // The index has the part too, so that rows of other parts are never fetched. Where few are wanted, they are met in the order of their names, and the rest is not looked at.
      `SELECT path, schema, part, ${columns}, ${others.length === 0 ? 'NULL AS stats' : 'stats'} FROM delta_file INDEXED BY ${most === null ? 'delta_file_span' : 'sqlite_autoindex_delta_file_1'}
       WHERE t = ? AND until > ? AND begin <= ?${conditions.length === 0 ? '' : ' AND part IN (SELECT value FROM json_each(?))'}${most === null ? '' : ' ORDER BY path'}`,
      conditions.length === 0 ? [t, number, number] : [t, number, number, JSON.stringify([...wanted.keys()])],
      (row) => {
        const partition = wanted.get(row.part);
        if (partition === undefined) return true;
        if (row.stats !== null && !statsMayMatch(parseStats(row.stats, named), schema, others)) return true;
        begins.add(row.schema);
        take(row, partition);
        left -= 1;
        return left > 0;
      },
    );
    return { metaData, schema, schemas: new Map([...begins].map((begin) => [begin, this.#meta(t, begin).schema])) };
  }

  /** Everything that Delta's own log says at a version, from which its checkpoint is made. Null where its lines are not known. */
  snapshot(version: TableVersionDetail): Snapshot | null {
    const t = this.#t(version.table);
    if (t === null || version.totals === null) return null;
    const { version: number } = version;
    const parts = new Map(this.#sql.all<{ part: number; vals: string }>('SELECT part, vals FROM delta_part WHERE t = ?', t).map(({ part, vals }) => [part, JSON.parse(vals) as PartitionValues]));
    const files = new Map<string, AddFile>();
    const tombstones = new Map<string, RemoveFile>();
    this.#sql.each<FileRow>('SELECT path, until, part, rows, size, modified, changes, sha256, stats, removed, removal_changes FROM delta_file WHERE t = ? AND begin <= ? ORDER BY path', [t, number], (row) => {
      const partitionValues = parts.get(row.part) ?? {};
      if (row.until > number) files.set(row.path, addOf(row, partitionValues));
      else {
        tombstones.set(row.path, { path: row.path, deletionTimestamp: row.removed ?? 0, dataChange: row.removal_changes === 1, extendedFileMetadata: true, partitionValues, size: row.size });
      }
    });
    return { version: number - 1, protocol: PROTOCOL, metaData: this.#meta(t, number).metaData, domains: this.#domains(t, number), files, tombstones };
  }

  /** What `.crc` says of a version, without its files. */
  description(version: TableVersionDetail): { readonly metaData: MetaData; readonly domains: readonly DomainMetadata[] } | null {
    const t = this.#t(version.table);
    if (t === null || version.totals === null) return null;
    return { metaData: this.#meta(t, version.version).metaData, domains: [...this.#domains(t, version.version).values()] };
  }

  /** Files that are in the newest version, by their paths. */
  file(name: TableName, path: string): (TableFile & { readonly until: number }) | null {
    const t = this.#t(name);
    const row = t === null ? null : this.#sql.get<FileRow & { schema: number; vals: string }>('SELECT f.*, p.vals FROM delta_file f JOIN delta_part p ON p.part = f.part WHERE f.t = ? AND f.path = ?', t, path);
    if (row === null) return null;
    return { path, schema: row.schema, partition: JSON.parse(row.vals) as PartitionValues, rows: row.rows, size: row.size, sha256: row.sha256.toString('hex') as Sha256, until: row.until };
  }

  #t(name: TableName): number | null {
    return this.#sql.get<{ t: number }>('SELECT t FROM delta_table WHERE name = ?', name)?.t ?? null;
  }

  #parts(t: number, schema: TableSchema, conditions: readonly Condition[]): Map<number, PartitionValues> {
    const parts = new Map<number, PartitionValues>();
    this.#sql.each<{ part: number; vals: string }>('SELECT part, vals FROM delta_part WHERE t = ?', [t], ({ part, vals }) => {
      const values = JSON.parse(vals) as PartitionValues;
      if (partitionMayMatch(values, schema, conditions)) parts.set(part, values);
    });
    return parts;
  }

  #meta(t: number, version: number): { readonly metaData: MetaData; readonly schema: TableSchema } {
    const row = this.#sql.get<{ begin: number; meta: string }>('SELECT begin, meta FROM delta_schema WHERE t = ? AND begin <= ? ORDER BY begin DESC LIMIT 1', t, version);
    if (row === null) throw new RangeError('A known version of a table has no columns.');
    const key = `${t}:${row.begin}:${row.meta.length}`;
    const known = this.#metas.get(key);
    if (known !== undefined) return known;
    const metaData = JSON.parse(row.meta) as MetaData;
    const made = { metaData, schema: parseSchema(metaData.schemaString) ?? [] };
    this.#metas.set(key, made);
    return made;
  }

  #domains(t: number, version: number): Map<string, DomainMetadata> {
    const rows = this.#sql.all<{ domain: string; configuration: string | null }>('SELECT domain, configuration FROM delta_domain WHERE t = ? AND begin <= ? ORDER BY begin', t, version);
    const domains = new Map<string, DomainMetadata>();
    for (const { domain, configuration } of rows) {
      if (configuration === null) domains.delete(domain);
      else domains.set(domain, { domain, configuration, removed: false });
    }
    return domains;
  }
}

interface ScanOptions {
  readonly columns: string;
  readonly most: number | null;
}

/** Names of data files begin with the time of their commit. */
function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

interface FileRow {
  readonly path: string;
  readonly until: number;
  readonly part: number;
  readonly rows: number;
  readonly size: number;
  readonly modified: number;
  readonly changes: number;
  readonly sha256: Buffer;
  readonly stats: string | null;
  readonly removed: number | null;
  readonly removal_changes: number | null;
}

function addOf(row: FileRow, partitionValues: PartitionValues): AddFile {
  const tags = { [HASH_TAG]: row.sha256.toString('hex'), [ROWS_TAG]: String(row.rows) };
  const add = { path: row.path, partitionValues, size: row.size, modificationTime: row.modified, dataChange: row.changes === 1, tags };
  return row.stats === null ? add : { ...add, stats: row.stats };
}
