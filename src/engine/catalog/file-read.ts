import { instantOf, type Instant, type LogicalPath, type Sha256 } from '../../contract/index.ts';
import { FOREVER } from './file-lines.ts';
import type { Sql } from './sql.ts';

/** One file of a version. */
export interface FileRow {
  readonly path: LogicalPath;
  readonly sha256: Sha256;
  /** Octets. */
  readonly size: number;
  /** What the source's file system said; null where that is not known. */
  readonly mtime: Instant | null;
  /** Number of the version that brought this content to this path. */
  readonly since: number;
}

export interface FilePage {
  readonly files: readonly FileRow[];
  /** Give it as `after` for the next page; null after the last. */
  readonly next: LogicalPath | null;
}

/** A version whose files are known. */
export interface VersionPlace {
  /** The dataset's key in the tables. */
  readonly ds: number;
  readonly version: number;
  /** Number of the dataset's newest version. */
  readonly newest: number;
}

interface Row {
  readonly path: string;
  readonly sha256: Buffer;
  readonly size: number;
  readonly mtime: number | null;
  readonly since: number;
}

const columns = 'path, sha256, size, mtime, begin AS since';
const ITERATE_BY = 1_000;

/** Files of a version sorted by path (UTF-16 code units), from the first path after `after` on. `limit` is at least 1. `find`: only paths that hold it, ignoring ASCII case. */
export function filePage(sql: Sql, { ds, version, newest }: VersionPlace, after: string, limit: number, find = ''): FilePage {
  const wanted = find === '' ? '' : `AND instr(lower(path), lower(${version === newest ? '?4' : '?5'})) > 0`;
  const more = find === '' ? [] : [find];
  const from = `SELECT ${columns} FROM file INDEXED BY`;
  const rows =
    version === newest
      ? sql.all<Row>(`${from} file_until WHERE ds = ?1 AND until = ${FOREVER} AND path > ?2 ${wanted} ORDER BY path LIMIT ?3`, ds, after, limit + 1, ...more)
      : sql.all<Row>(`${from} file_path WHERE ds = ?1 AND path > ?2 ${wanted} AND begin <= ?4 AND ?4 < until ORDER BY path LIMIT ?3`, ds, after, limit + 1, version, ...more);
  const files = rows.slice(0, limit).map(fileOf);
  return { files, next: rows.length > limit ? (files.at(-1)?.path ?? null) : null };
}

/** All files of a version, in order, a page at a time: no statement stays open while the caller works. */
export function* iterateFiles(sql: Sql, place: VersionPlace): Generator<FileRow, void, undefined> {
  // What was the newest version may have a successor before the last page; the other way reads the same.
  const old = { ...place, newest: 0 };
  for (let after: string | null = ''; after !== null; ) {
    const page: FilePage = filePage(sql, old, after, ITERATE_BY);
    yield* page.files;
    after = page.next;
  }
}

/** The file at exactly this path in this version, or null. */
export function fileAt(sql: Sql, { ds, version }: VersionPlace, path: string): FileRow | null {
  const row = sql.get<Row>(
    `SELECT ${columns} FROM file WHERE ds = ?1 AND path = ?2 AND begin <= ?3 AND ?3 < until`,
    ds,
    path,
    version,
  );
  return row === null ? null : fileOf(row);
}

function fileOf(row: Row): FileRow {
  return {
    path: row.path as LogicalPath,
    sha256: row.sha256.toString('hex') as Sha256,
    size: row.size,
    mtime: row.mtime === null ? null : instantOf(row.mtime),
    since: row.since,
  };
}
