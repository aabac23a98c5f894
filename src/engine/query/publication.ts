import type { DuckDBConnection } from 'duckdb';
import type { PublicationNote, TableSource } from './protocol.ts';
import { readyRows } from './file-lists.ts';
import { identifier, literal } from './sources.ts';

/** A new DuckDB file in the making. It is attached before the process is closed, so that nothing else can be. No statement of a person's runs beside it. */
export class Publication {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Begins the file; before the process is locked. */
  async begin(file: string): Promise<void> {
    await this.#connection.run(`ATTACH ${literal(file)} AS ${PUBLISHED}`);
  }

  /** Copies all rows of a table into it; answers how many. */
  async add(table: TableSource, comment: string): Promise<number> {
    const name = `${PUBLISHED}.main.${identifier(table.name)}`;
    const reader = await this.#connection.runAndReadAll(`CREATE TABLE ${name} AS SELECT * FROM ${await readyRows(this.#connection, table)}`);
    await this.#connection.run(`COMMENT ON TABLE ${name} IS ${literal(comment)}`);
    return Number(reader.getRows()[0]?.[0] ?? 0);
  }

  /** Adds the table that says what the others are, and closes the file. */
  async end(table: string, notes: readonly PublicationNote[]): Promise<void> {
    const name = `${PUBLISHED}.main.${identifier(table)}`;
    await this.#connection.run(`CREATE TABLE ${name} ("table" VARCHAR, version INTEGER, committed TIMESTAMPTZ, as_of TIMESTAMPTZ, row_count BIGINT, lake VARCHAR, entry BIGINT)`);
    for (const note of notes) {
      const values = [literal(note.table), note.version, literal(note.committed), literal(note.asOf), note.rows, literal(note.lake), note.entry];
      await this.#connection.run(`INSERT INTO ${name} VALUES (${values.join(', ')})`);
    }
    await this.#connection.run(`CHECKPOINT ${PUBLISHED}`);
    await this.#connection.run(`DETACH ${PUBLISHED}`);
  }
}

const PUBLISHED = 'published';
