import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { DropId, Instant } from '../../contract/index.ts';
import { translate } from './errors.ts';
import { Sql } from './sql.ts';

/** Why a raw drop is not normalized, as this station found. */
export interface DropOutcome {
  readonly drop: DropId;
  readonly at: Instant;
  /** How often it was tried. */
  readonly attempts: number;
  /** It failed for a reason that may pass, and is tried again from this instant on; null: it waits for a person. */
  readonly again: Instant | null;
  /** JSON, in the form of who writes it. */
  readonly report: string;
}

interface Row {
  readonly drop_id: DropId;
  readonly at: Instant;
  readonly attempts: number;
  readonly again: Instant | null;
  readonly report: string;
}

/**
 * What became of raw drops that could not be normalized: a small file beside the catalog, of this station alone. It can hold values of rows, so it never lies on the lake; and no
 * ledger says what it says, so it is not part of the catalog, which is made anew at any time. Where it is lost, the drops are tried again.
 */
export class Outcomes {
  readonly #file: string;
  #sql: Sql | null = null;

  /** Made when the first outcome is written. `:memory:` for one that goes when it is closed. */
  constructor(file: string) {
    this.#file = file;
  }

  get(drop: DropId): DropOutcome | null {
    const row = this.#existing()?.get<Row>('SELECT * FROM outcome WHERE drop_id = ?', drop) ?? null;
    return row === null ? null : outcomeOf(row);
  }

  set({ drop, at, attempts, again, report }: DropOutcome): void {
    this.#opened().run('INSERT OR REPLACE INTO outcome (drop_id, at, attempts, again, report) VALUES (?, ?, ?, ?, ?)', drop, at, attempts, again, report);
  }

  /** Answers whether there was one. */
  forget(drop: DropId): boolean {
    return (this.#existing()?.run('DELETE FROM outcome WHERE drop_id = ?', drop) ?? 0) > 0;
  }

  close(): void {
    this.#sql?.close();
    this.#sql = null;
  }

  #existing(): Sql | null {
    return this.#sql ?? (existsSync(this.#file) ? this.#opened() : null);
  }

  #opened(): Sql {
    if (this.#sql !== null) return this.#sql;
    let sql: Sql;
    try {
      sql = new Sql(new Database(this.#file, { timeout: 10_000 }));
    } catch (error) {
      throw translate(error);
    }
    sql.pragma('journal_mode = WAL');
    sql.pragma('synchronous = NORMAL');
    sql.script('CREATE TABLE IF NOT EXISTS outcome (drop_id TEXT PRIMARY KEY, at TEXT NOT NULL, attempts INTEGER NOT NULL, again TEXT, report TEXT NOT NULL) STRICT, WITHOUT ROWID');
    return (this.#sql = sql);
  }
}

function outcomeOf({ drop_id: drop, at, attempts, again, report }: Row): DropOutcome {
  return { drop, at, attempts, again, report };
}
