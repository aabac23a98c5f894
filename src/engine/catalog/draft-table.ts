import Database from 'better-sqlite3';
import type { Instant, LogicalPath, NoteLine, Sha256 } from '../../contract/index.ts';
import type { DraftChange, DraftFile, DraftTable, StagedFile, TextTable } from '../lake/index.ts';
import { translate } from './errors.ts';
import { Sql } from './sql.ts';

interface Row {
  readonly path: LogicalPath;
  readonly place: number;
  readonly sha256: Buffer | null;
  readonly size: number | null;
  readonly mtime: Instant | null;
  readonly content: string | null;
  readonly source: LogicalPath | null;
}

/** Rows of one look: no statement stays open while the caller works. */
const PAGE = 1_000;
/** KiB of pages in memory; what is more goes to the file. */
const CACHE_KIB = 8 * 1024;

const columns = 'path, place, sha256, size, mtime, content, source';
const setChange = `
  INSERT INTO change (path, place, sha256, size, mtime, content, source) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, size = excluded.size, mtime = excluded.mtime, content = excluded.content, source = excluded.source
  RETURNING place`;

/**
 * The table of one open draft with any number of paths, in a file that is made for it and holds nothing that the draft's journals do not say. The file is
 * never durable and never read again: `remove` is called with its name as soon as it is open, and again when it is closed, because some systems do not remove
 * what is open. Errors are `CatalogError`s.
 */
export class SqlDraftTable implements DraftTable {
  readonly names: TextTable;
  readonly #sql: Sql;
  readonly #remove: () => void;
  #size = 0;
  #next = 0;
  #isIndexed = false;

  constructor(file: string, remove: () => void) {
    this.#sql = open(file);
    this.#remove = remove;
    remove();
    const sql = this.#sql;
    this.names = {
      get: (key) => sql.get<{ value: string }>('SELECT value FROM name WHERE key = ?', key)?.value,
      set: (key, value) => void sql.run('INSERT OR REPLACE INTO name (key, value) VALUES (?, ?)', key, value),
    };
  }

  get size(): number {
    return this.#size;
  }

  get(path: LogicalPath): DraftChange | null {
    const row = this.#sql.get<Row>(`SELECT ${columns} FROM change WHERE path = ?`, path);
    return row === null ? null : changeOf(row);
  }

  set(path: LogicalPath, file: StagedFile | 'gone', from: LogicalPath | null): void {
    const place = this.#next++;
    const values = file === 'gone' ? [null, null, null, null] : [Buffer.from(file.sha256, 'hex'), file.size, file.mtime, contentValue(path, file.content)];
    const row = this.#sql.get<{ place: number }>(setChange, path, place, ...values, from);
    // A path that was there keeps its place.
    if (row?.place === place) this.#size += 1;
  }

  delete(path: LogicalPath): void {
    this.#size -= this.#sql.run('DELETE FROM change WHERE path = ?', path);
  }

  *byPath(after: string): Generator<DraftChange> {
    for (let last: string | null = after; last !== null; ) {
      const rows: Row[] = this.#sql.all<Row>(`SELECT ${columns} FROM change WHERE path > ? ORDER BY path LIMIT ${PAGE}`, last);
      for (const row of rows) yield changeOf(row);
      last = rows.length < PAGE ? null : (rows.at(-1)?.path ?? null);
    }
  }

  *byDigest(): Generator<DraftFile> {
    this.#index();
    let sha256: Uint8Array = new Uint8Array(0);
    let path = '';
    for (;;) {
      const rows: Row[] = this.#sql.all<Row>(
        `SELECT ${columns} FROM change INDEXED BY change_digest WHERE sha256 IS NOT NULL AND (sha256, path) > (?, ?) ORDER BY sha256, path LIMIT ${PAGE}`,
        sha256,
        path,
      );
      for (const row of rows) {
        const { file } = changeOf(row);
        if (file !== 'gone') yield { path: row.path, file, order: row.place };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      sha256 = last.sha256 ?? sha256;
      path = last.path;
    }
  }

  *renames(): Generator<DraftChange & { readonly from: LogicalPath }> {
    for (let place = -1; ; ) {
      const rows: Row[] = this.#sql.all<Row>(`SELECT ${columns} FROM change INDEXED BY change_source WHERE source IS NOT NULL AND place > ? ORDER BY place LIMIT ${PAGE}`, place);
      for (const row of rows) if (row.source !== null) yield { ...changeOf(row), from: row.source };
      if (rows.length < PAGE) return;
      place = rows.at(-1)?.place ?? place;
    }
  }

  sizeAt(content: string): number | null {
    this.#index();
    const named = this.#sql.get<{ size: number }>("SELECT size FROM change WHERE path = ? AND content = ''", content);
    if (named !== null) return named.size;
    return this.#sql.get<{ size: number }>("SELECT size FROM change INDEXED BY change_content WHERE content = ? AND content <> '' LIMIT 1", content)?.size ?? null;
  }

  setNote(note: NoteLine): void {
    this.#sql.run('INSERT INTO note (path, line) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET line = excluded.line', note.path, JSON.stringify(note));
  }

  *notes(): Generator<NoteLine> {
    for (let place = 0; ; ) {
      const rows = this.#sql.all<{ place: number; line: string }>(`SELECT place, line FROM note WHERE place > ? ORDER BY place LIMIT ${PAGE}`, place);
      for (const row of rows) yield JSON.parse(row.line) as NoteLine;
      if (rows.length < PAGE) return;
      place = rows.at(-1)?.place ?? place;
    }
  }

  close(): void {
    this.#sql.close();
    this.#remove();
  }

  /** What only a commit asks for is put in order when it is first asked: at once that takes a third of the time. */
  #index(): void {
    if (this.#isIndexed) return;
    this.#isIndexed = true;
    this.#sql.script(`
      CREATE INDEX change_digest ON change (sha256, path) WHERE sha256 IS NOT NULL;
      CREATE INDEX change_content ON change (content) WHERE content <> '';
    `);
  }
}

function open(file: string): Sql {
  try {
    const sql = new Sql(new Database(file));
    // Text then sorts by UTF-16 code units, as all lists of lake.md do.
    sql.pragma("encoding = 'UTF-16be'");
    // Nobody else opens it, and nobody reads it after a crash.
    sql.pragma('journal_mode = OFF');
    sql.pragma('synchronous = OFF');
    sql.pragma('locking_mode = EXCLUSIVE');
    sql.pragma(`cache_size = -${CACHE_KIB}`);
    sql.script(`
      BEGIN;
      CREATE TABLE change (path TEXT PRIMARY KEY, place INTEGER NOT NULL, sha256 BLOB, size INTEGER, mtime TEXT, content TEXT, source TEXT) STRICT, WITHOUT ROWID;
      CREATE INDEX change_source ON change (place) WHERE source IS NOT NULL;
      CREATE TABLE note (place INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, line TEXT NOT NULL) STRICT;
      CREATE TABLE name (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `);
    return sql;
  } catch (error) {
    throw translate(error);
  }
}

/** `''` where the copy has the file's own name, as nearly all have: it is not kept twice. */
function contentValue(path: string, content: string | null): string | null {
  return content === path ? '' : content;
}

function changeOf({ path, sha256, size, mtime, content, source }: Row): DraftChange {
  if (sha256 === null || size === null) return { path, file: 'gone', from: source };
  return { path, file: { sha256: sha256.toString('hex') as Sha256, size, mtime, content: content === '' ? path : content }, from: source };
}
