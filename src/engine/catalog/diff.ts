import type { LogicalPath, Sha256 } from '../../contract/index.ts';
import type { Sql } from './sql.ts';

/** One difference between two versions, seen from the first to the second. */
export type FileDifference =
  | { readonly kind: 'added'; readonly path: LogicalPath; readonly sha256: Sha256; readonly size: number }
  | { readonly kind: 'removed'; readonly path: LogicalPath; readonly sha256: Sha256; readonly size: number }
  | {
      readonly kind: 'replaced';
      readonly path: LogicalPath;
      readonly sha256: Sha256;
      readonly size: number;
      readonly before: { readonly sha256: Sha256; readonly size: number };
    }
  | { readonly kind: 'renamed'; readonly path: LogicalPath; readonly from: LogicalPath; readonly sha256: Sha256; readonly size: number };

export interface DifferenceTotals {
  readonly added: number;
  readonly removed: number;
  readonly replaced: number;
  readonly renamed: number;
}

interface Row {
  readonly kind: FileDifference['kind'];
  readonly path: string;
  readonly origin: string | null;
  readonly sha256: Buffer;
  readonly size: number;
  readonly old_sha256: Buffer | null;
  readonly old_size: number | null;
}

const PAGE = 1_000;

/** Temporary tables of a reading connection; like all temporary ones they lie outside the catalog and go with the connection. */
export const differenceTables = `
  CREATE TEMP TABLE difference (
    id INTEGER NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, origin TEXT, sha256 BLOB NOT NULL, size INTEGER NOT NULL,
    old_sha256 BLOB, old_size INTEGER, PRIMARY KEY (id, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE renaming (path TEXT PRIMARY KEY, origin TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * The differences of two versions of one dataset, kept in a temporary table until `close`. Looks only at rows that begin or end between
 * the two, so that one changed file among 300,000 costs next to nothing. Version 0 is the empty state before version 1.
 */
export class Differences {
  readonly totals: DifferenceTotals;
  readonly #sql: Sql;
  readonly #id: number;

  constructor(sql: Sql, ds: number, from: number, to: number) {
    this.#sql = sql;
    this.#id = (sql.get<{ id: number | null }>('SELECT max(id) AS id FROM temp.difference')?.id ?? 0) + 1;
    this.#fill(ds, from, to);
    this.#matchRenames();
    const counts = sql.all<{ kind: FileDifference['kind']; n: number }>('SELECT kind, count(*) AS n FROM temp.difference WHERE id = ? GROUP BY kind', this.#id);
    const count = (kind: FileDifference['kind']): number => counts.find((row) => row.kind === kind)?.n ?? 0;
    this.totals = { added: count('added'), removed: count('removed'), replaced: count('replaced'), renamed: count('renamed') };
  }

  /** Sorted by path (a renamed file by its new one), from the first path after `after` on. */
  page(after: string, limit: number): FileDifference[] {
    return this.#sql
      .all<Row>('SELECT * FROM temp.difference WHERE id = ? AND path > ? ORDER BY path LIMIT ?', this.#id, after, limit)
      .map(differenceOf);
  }

  *[Symbol.iterator](): Generator<FileDifference, void, undefined> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: FileDifference[] = this.page(after, PAGE);
      yield* page;
      after = page.length < PAGE ? undefined : page.at(-1)?.path;
    }
  }

  close(): void {
    this.#sql.run('DELETE FROM temp.difference WHERE id = ?', this.#id);
  }

  #fill(ds: number, from: number, to: number): void {
    // Going back in time, what begins in between is what is no longer there.
    const [low, high] = from <= to ? [from, to] : [to, from];
    const ended = 'ds = ?2 AND until > ?3 AND until <= ?4 AND begin <= ?3';
    const begun = 'ds = ?2 AND begin > ?3 AND begin <= ?4 AND until > ?4';
    const [before, after] = from <= to ? [ended, begun] : [begun, ended];
    this.#sql.run(
      `INSERT INTO temp.difference (id, path, kind, sha256, size) SELECT ?1, path, 'removed', sha256, size FROM file WHERE ${before}`,
      this.#id,
      ds,
      low,
      high,
    );
    this.#sql.run(
      `INSERT INTO temp.difference (id, path, kind, sha256, size) SELECT ?1, path, 'added', sha256, size FROM file WHERE ${after}
       ON CONFLICT (id, path) DO UPDATE SET kind = 'replaced', old_sha256 = sha256, old_size = size, sha256 = excluded.sha256, size = excluded.size`,
      this.#id,
      ds,
      low,
      high,
    );
    // Written again with the same content: another row, no difference.
    this.#sql.run("DELETE FROM temp.difference WHERE id = ? AND kind = 'replaced' AND sha256 = old_sha256", this.#id);
  }

  /** A removed and an added file are one renamed where no other removed and no other added file has the same content. */
  #matchRenames(): void {
    this.#sql.run(
      `INSERT INTO temp.renaming (path, origin)
       SELECT max(iif(kind = 'added', path, NULL)), max(iif(kind = 'removed', path, NULL))
       FROM temp.difference WHERE id = ? AND kind IN ('added', 'removed')
       GROUP BY sha256 HAVING sum(kind = 'removed') = 1 AND sum(kind = 'added') = 1`,
      this.#id,
    );
    this.#sql.run('DELETE FROM temp.difference WHERE id = ? AND path IN (SELECT origin FROM temp.renaming)', this.#id);
    this.#sql.run("UPDATE temp.difference AS d SET kind = 'renamed', origin = r.origin FROM temp.renaming r WHERE d.id = ? AND d.path = r.path", this.#id);
    this.#sql.run('DELETE FROM temp.renaming');
  }
}

function differenceOf(row: Row): FileDifference {
  const path = row.path as LogicalPath;
  const file = { path, sha256: row.sha256.toString('hex') as Sha256, size: row.size };
  switch (row.kind) {
    case 'added':
    case 'removed':
      return { kind: row.kind, ...file };
    case 'renamed':
      return { kind: 'renamed', ...file, from: (row.origin ?? '') as LogicalPath };
    case 'replaced':
      return { kind: 'replaced', ...file, before: { sha256: (row.old_sha256?.toString('hex') ?? '') as Sha256, size: row.old_size ?? 0 } };
  }
}
