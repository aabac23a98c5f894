import type Database from 'better-sqlite3';
import { translate } from './errors.ts';

/** What a column can hold here. Integers stay below 2^53. */
export type Value = string | number | Uint8Array | null;

type Bound = Readonly<Record<string, Value>>;
type Statement = Database.Statement<(Value | Bound)[]>;

/**
 * One connection. Statements are prepared once and kept; SQLite's errors become `CatalogError`. Parameters are `?`, or `?1` `?2` … where one
 * is used twice. No iterator stays open while a caller works, on purpose: it would block writing and pin the WAL for as long as the caller
 * dawdles; long lists are paged by key instead.
 */
export class Sql {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, { readonly statement: Statement; readonly numbered: boolean }>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Runs a statement that changes rows; answers how many. */
  run(source: string, ...values: Value[]): number {
    return this.#with(source, values, (statement, bound) => statement.run(...bound).changes);
  }

  /** The first row, or null. The caller's row type is trusted: the tables are STRICT and ours. */
  get<Row>(source: string, ...values: Value[]): Row | null {
    return this.#with(source, values, (statement, bound) => (statement.get(...bound) as Row | undefined) ?? null);
  }

  all<Row>(source: string, ...values: Value[]): Row[] {
    return this.#with(source, values, (statement, bound) => statement.all(...bound) as Row[]);
  }

  /** Hands every row to `take`, at once and to the end; `take` must not use this connection. */
  each<Row>(source: string, values: readonly Value[], take: (row: Row) => void): void {
    this.#with(source, values, (statement, bound) => {
      for (const row of statement.iterate(...bound)) take(row as Row);
    });
  }

  /** Hands rows to `take` until it answers false; `take` must not use this connection. */
  until<Row>(source: string, values: readonly Value[], take: (row: Row) => boolean): void {
    this.#with(source, values, (statement, bound) => {
      for (const row of statement.iterate(...bound)) if (!take(row as Row)) break;
    });
  }

  /** All reads of `work` see one state, whatever other connections write meanwhile. */
  snapshot<T>(work: () => T): T {
    if (this.#database.inTransaction) return work();
    this.script('BEGIN');
    try {
      return work();
    } finally {
      // Some errors end the transaction by themselves.
      if (this.#database.inTransaction) this.script('COMMIT');
    }
  }

  /** Runs SQL text without parameters, several statements at once. */
  script(source: string): void {
    this.#guard(() => this.#database.exec(source));
  }

  pragma(source: string): unknown {
    return this.#guard(() => this.#database.pragma(source, { simple: true }));
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.#guard(() => this.#database.close());
  }

  #with<T>(source: string, values: readonly Value[], work: (statement: Statement, bound: readonly (Value | Bound)[]) => T): T {
    return this.#guard(() => {
      const { statement, numbered } = this.#prepare(source);
      // better-sqlite3 takes numbered parameters by name only.
      return work(statement, numbered ? [Object.fromEntries(values.map((value, i) => [String(i + 1), value]))] : values);
    });
  }

  #prepare(source: string): { readonly statement: Statement; readonly numbered: boolean } {
    let prepared = this.#statements.get(source);
    if (prepared === undefined) {
      prepared = { statement: this.#database.prepare<(Value | Bound)[]>(source), numbered: /\?\d/.test(source) };
      this.#statements.set(source, prepared);
    }
    return prepared;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translate(error);
    }
  }
}
