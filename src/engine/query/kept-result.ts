import type { DuckDBConnection } from 'duckdb';
import { identifier } from './sources.ts';

/** The table that the result of a question is kept in. Its rows are read by DuckDB's own row number, so it may need columns that are not the result's. */

export const RESULT = '"hms result"';
/** The result's own columns, where the table has others. */
const OWN_COLUMNS = '"hms result columns"';
const ROW_NUMBER = 'rowid';

/** Rows of one of the groups that DuckDB keeps a table in; several of them are one here where there would be more than a byte counts. */
const GROUP_ROWS = 122_880;
const MOST_GROUPS = 256;
/** Smaller results are read as quickly as they are: numbering groups takes 20 ms for each million rows. */
const LARGE = 1_000_000;

interface Groups {
  readonly column: string;
  readonly rows: number;
}

export class KeptResult {
  readonly #connection: DuckDBConnection;
  /** What of the table is the result. */
  #columns = '*';
  #relation = RESULT;
  #groups: Groups | null = null;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Where all of the result stands, in its order and with its own columns. */
  get relation(): string {
    return this.#relation;
  }

  /** The table was made anew. */
  begin(): void {
    this.#columns = '*';
    this.#relation = RESULT;
    this.#groups = null;
  }

  /** Gives a column of the result that is called as DuckDB's row number is another name in the table, in which it would be taken for that; false where there is none. */
  async freeRowNumber(names: readonly string[]): Promise<boolean> {
    const own = names.find((name) => name.toLowerCase() === ROW_NUMBER);
    if (own === undefined || this.#columns !== '*') return false;
    const kept = identifier(unusedName('hms rowid', names));
    await this.#connection.run(`ALTER TABLE ${RESULT} RENAME COLUMN ${identifier(own)} TO ${kept}`);
    await this.#tell(`* RENAME (${kept} AS ${identifier(own)})`);
    return true;
  }

  /**
   * Numbers the groups of a large result. DuckDB leaves out groups by the smallest and largest value of a column, not by the row number, which it compares for each row: 0.5 ms for each million of
   * them. By a change of type, which is the one that DuckDB makes row after row, with bounds: not as a default, nor while the table is made, which one thread alone would do then. Where it fails, the
   * table is as it was.
   */
  async numberGroups(rows: number, names: readonly string[]): Promise<void> {
    if (rows < LARGE) return;
    const groups = { column: identifier(unusedName('hms group', names)), rows: GROUP_ROWS * Math.ceil(rows / (GROUP_ROWS * MOST_GROUPS)) };
    try {
      await this.#connection.run(`BEGIN;
        CREATE TEMP SEQUENCE "hms rows" START 0 MINVALUE 0;
        ALTER TABLE ${RESULT} ADD COLUMN ${groups.column} UTINYINT;
        ALTER TABLE ${RESULT} ALTER COLUMN ${groups.column} SET DATA TYPE UTINYINT USING (nextval('"hms rows"') // ${groups.rows});
        DROP SEQUENCE "hms rows";
        COMMIT`);
    } catch {
      await this.#connection.run('ROLLBACK').catch(() => 'there was nothing to take back');
      return;
    }
    this.#groups = groups;
    await this.#tell(this.#columns.replace('*', `* EXCLUDE (${groups.column})`));
  }

  /**
   * A SELECT of rows by their numbers, from 0 on, in their order. `isLed`: by their groups, where they are numbered. The row number decides all the same: groups that were wrong could hide rows, which
   * their reader counts, and could not bring others.
   */
  select(from: number, limit: number, isLed = true): string {
    const groups = isLed ? this.#groups : null;
    // Of the column's own type: with a cast around it, no group would be left out.
    const group = (row: number, { rows }: Groups): string => `${Math.min(Math.floor(row / rows), MOST_GROUPS - 1)}::UTINYINT`;
    const led = groups === null ? '' : `${groups.column} BETWEEN ${group(from, groups)} AND ${group(from + limit, groups)} AND `;
    return `SELECT ${this.#columns} FROM ${RESULT} WHERE ${led}${ROW_NUMBER} >= ${from} AND ${ROW_NUMBER} < ${from + limit}`;
  }

  async #tell(columns: string): Promise<void> {
    await this.#connection.run(`CREATE OR REPLACE TEMP VIEW ${OWN_COLUMNS} AS SELECT ${columns} FROM ${RESULT}`);
    this.#columns = columns;
    this.#relation = OWN_COLUMNS;
  }
}

function unusedName(wish: string, names: readonly string[]): string {
  const used = new Set(names.map((name) => name.toLowerCase()));
  let name = wish;
  while (used.has(name)) name += ' _';
  return name;
}
