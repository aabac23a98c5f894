import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableName } from '../../../../src/contract/index.ts';
import type { Condition, TableSchema } from '../../../../src/core/index.ts';
import { initLake } from '../../../../src/engine/init.ts';
import { openToWrite } from '../../../../src/engine/open.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { QueryProcesses, QuerySession } from '../../../../src/engine/query/index.ts';
import type { TableSource } from '../../../../src/engine/query/index.ts';
import { insertRows } from '../../../../src/engine/table-rows.ts';
import type { RowsOf } from '../../../../src/engine/table-rows.ts';
import { tableShelf } from '../../../../src/engine/finish.ts';
import { tableFiles } from '../../../../src/engine/tables/index.ts';
import type { CommittedTables } from '../../../../src/engine/tables/index.ts';
import { openScratch } from '../../../../src/engine/transform-world.ts';

/** A lake with tables, for tests. */

export const TRIPS = 'trips' as TableName;

export const tripColumns: TableSchema = [
  { name: 'id', type: 'long', nullable: false },
  { name: 'program', type: 'string', nullable: true },
  { name: 'day', type: 'date', nullable: true },
  { name: 'cost', type: 'decimal(18,3)', nullable: true },
  { name: 'seen', type: 'timestamp', nullable: true },
];

export const { signal } = new AbortController();

export class Warehouse {
  readonly base = mkdtempSync(join(tmpdir(), 'hms-tables-'));
  readonly processes = new QueryProcesses();
  lake!: WritableLake;

  static async make(): Promise<Warehouse> {
    const made = new Warehouse();
    made.lake = (await initLake({ folder: join(made.base, 'lake'), profile: join(made.base, 'profile'), zone: 'America/New_York' })).lake;
    return made;
  }

  async reopen(): Promise<WritableLake> {
    await this.lake.close();
    this.lake = await openToWrite({ folder: join(this.base, 'lake'), profile: join(this.base, 'profile'), grace: 0 });
    return this.lake;
  }

  async insert(rows: readonly RowsOf[], message = 'Rows'): Promise<CommittedTables> {
    const scratch = await openScratch(this.lake);
    const session = new QuerySession(this.processes, { files: [], output: scratch.outputs, temporary: scratch.temporary });
    try {
      return await insertRows(this.lake, rows, { sources: [], message }, { session, scratch, signal, processes: this.processes });
    } finally {
      await session.close();
      await scratch.close();
    }
  }

  /** Rows of a table at a version (null: the newest), as the answer to a SELECT over it. */
  async select(name: TableName, version: number | null, sql: string, conditions: readonly Condition[] = []): Promise<unknown[][]> {
    const detail = this.lake.catalog.tables.version(name, version);
    if (detail === null) throw new Error(`There is no ${name}.`);
    const { columns, parts } = tableFiles(tableShelf(this.lake), detail, conditions);
    return this.#ask({ kind: 'parts', name, columns, parts }, parts.flatMap(({ files }) => files), sql);
  }

  /** Rows of a Parquet file, which the statement calls `log`. */
  parquet(file: string, sql: string): Promise<unknown[][]> {
    return this.#ask({ kind: 'parquet', name: 'log', file }, [file], sql);
  }

  async #ask(table: TableSource, files: readonly string[], sql: string): Promise<unknown[][]> {
    const scratch = await openScratch(this.lake);
    const session = new QuerySession(this.processes, { files, output: null, temporary: scratch.temporary });
    try {
      await session.table(table, signal);
      const rows: unknown[][] = [];
      for await (const part of session.select(sql, signal)) {
        if (!('rows' in part)) continue;
        for (let row = 0; row < part.rows; row++) rows.push(part.columns.map((column) => column[row]));
      }
      return rows;
    } finally {
      await session.close();
      await scratch.close();
    }
  }

  async close(): Promise<void> {
    await this.lake.close();
    await this.processes.close();
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** Trips with these numbers, each with a program, a day before 1900 and an exact cost. */
export function trips(from: number, to: number): string {
  return `SELECT i AS id, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN 'Food & Aid/100%' ELSE 'Wohnen größer' END AS program, DATE '1850-01-01' + i::INTEGER AS day,
    (i / 8)::DECIMAL(18,3) AS cost, TIMESTAMPTZ '2024-07-30 12:00:00.123456+00' AS seen FROM range(${from}, ${to}) r(i)`;
}
