import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from 'duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import type { TableSchema } from '../../../../src/core/index.ts';
import { publishTables } from '../../../../src/engine/publishing.ts';
import type { PublishOptions } from '../../../../src/engine/publishing.ts';
import { signal, tripColumns, TRIPS, trips, Warehouse } from '../tables/warehouse.ts';

/** The seeds' question, word for word. */
const HERO = `SELECT model, SUM(fail) AS failures, COUNT(*) AS tests, ROUND(100.0*SUM(fail)/COUNT(*),1) AS failure_rate
FROM car_seatbelt_c_90d WHERE program_id = 12 GROUP BY model ORDER BY failure_rate DESC;`;

const BELTS = 'car_seatbelt_c_90d' as TableName;
const beltColumns: TableSchema = [
  { name: 'program_id', type: 'long', nullable: false },
  { name: 'model', type: 'string', nullable: true },
  { name: 'fail', type: 'integer', nullable: true },
];
const belts = (model: string, fails: number, tests: number, program = 12): string => `SELECT ${program} AS program_id, '${model}' AS model, (i < ${fails})::INTEGER AS fail FROM range(${tests}) r(i)`;

let warehouse: Warehouse;
let folder: string;
beforeAll(async () => {
  warehouse = await Warehouse.make();
  folder = join(warehouse.base, 'out');
  mkdirSync(folder);
  await warehouse.insert([{ name: TRIPS, definition: { schema: tripColumns, partitionBy: ['program'] }, select: trips(0, 300) }]);
  await warehouse.insert([{ name: BELTS, definition: { schema: beltColumns, partitionBy: [] }, select: `${belts('Model-Z', 112, 810)} UNION ALL ${belts('Model-A', 14, 744)} UNION ALL ${belts('Model-Z', 9, 9, 13)}` }]);
  await warehouse.insert([{ name: TRIPS, select: trips(300, 500) }]);
});
afterAll(() => warehouse.close());

const publish = (name: string, options: Partial<PublishOptions> = {}): ReturnType<typeof publishTables> => publishTables(warehouse.lake, join(folder, name), { signal, onProgress: () => undefined, processes: warehouse.processes, ...options });
const atOf = (table: TableName, version: number): string => warehouse.lake.catalog.tables.version(table, version)?.at ?? '';

/** As anybody opens it. */
async function ask(name: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(join(folder, name), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('a published file', () => {
  it("opens in plain DuckDB, and gives the answer to the seeds' question", async () => {
    const published = await publish('hms_dta.duckdb');
    expect(published).toMatchObject({ file: join(folder, 'hms_dta.duckdb'), bytes: statSync(join(folder, 'hms_dta.duckdb')).size, later: [] });
    expect(await ask('hms_dta.duckdb', HERO)).toEqual([
      { model: 'Model-Z', failures: '112', tests: '810', failure_rate: 13.8 },
      { model: 'Model-A', failures: '14', tests: '744', failure_rate: 1.9 },
    ]);
  });

  it('has all tables with their types, and one that says which versions they are', async () => {
    await publish('types.duckdb');
    expect(await ask('types.duckdb', 'SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $$trips$$ ORDER BY ordinal_position')).toEqual([
      { column_name: 'id', data_type: 'BIGINT' },
      { column_name: 'program', data_type: 'VARCHAR' },
      { column_name: 'day', data_type: 'DATE' },
      { column_name: 'cost', data_type: 'DECIMAL(18,3)' },
      { column_name: 'seen', data_type: 'TIMESTAMP WITH TIME ZONE' },
    ]);
    expect(await ask('types.duckdb', 'SELECT id, program, day, cost, epoch_us(seen) AS us FROM trips WHERE id = 301')).toEqual([{ id: '301', program: 'Food & Aid/100%', day: '1850-10-29', cost: '37.625', us: '1722340800123456' }]);
    const { id } = warehouse.lake.lake;
    const seqOf = (table: TableName, version: number): number => warehouse.lake.catalog.tables.version(table, version)?.seq ?? -1;
    expect(await ask('types.duckdb', 'SELECT "table", version, epoch_ms(committed) AS committed, row_count, lake, entry FROM hms_dta_published ORDER BY 1')).toEqual([
      { table: 'car_seatbelt_c_90d', version: 1, committed: String(Date.parse(atOf(BELTS, 1))), row_count: '1563', lake: id, entry: String(seqOf(BELTS, 1)) },
      { table: 'trips', version: 2, committed: String(Date.parse(atOf(TRIPS, 2))), row_count: '500', lake: id, entry: String(seqOf(TRIPS, 2)) },
    ]);
    expect((await ask('types.duckdb', 'SELECT comment FROM duckdb_tables() WHERE table_name = $$trips$$'))[0]?.['comment']).toMatch(new RegExp(`^trips:v2 of the lake ${id}, as of \\d{4}-.*Z$`));
  });

  it('is as of an instant, with the tables that were there', async () => {
    const asOf = atOf(BELTS, 1);
    expect(await publish('then.duckdb', { asOf })).toMatchObject({ asOf, tables: [{ table: 'car_seatbelt_c_90d', version: 1 }, { table: 'trips', version: 1, rows: 300 }] });
    expect(await ask('then.duckdb', 'SELECT count(*) AS n FROM trips')).toEqual([{ n: '300' }]);
    expect(await publish('earlier.duckdb', { asOf: atOf(TRIPS, 1) })).toMatchObject({ tables: [{ table: 'trips', version: 1 }], later: ['car_seatbelt_c_90d'] });
    await expect(publish('none.duckdb', { asOf: '2001-01-01' })).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(/^No table was there at 2001-01-01T05:00:00/) as string });
    expect(existsSync(join(folder, 'none.duckdb'))).toBe(false);
  });

  it('does not take the place of a file that is there, unless that is asked for', async () => {
    writeFileSync(join(folder, 'mine.duckdb'), 'mine');
    await expect(publish('mine.duckdb')).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(readFileSync(join(folder, 'mine.duckdb'), 'utf8')).toBe('mine');
    await publish('mine.duckdb', { replace: true });
    expect(await ask('mine.duckdb', 'SELECT count(*) AS n FROM trips')).toEqual([{ n: '500' }]);
  });

  it('is not made inside the lake, and a lake is not changed by it', async () => {
    const before = readdirSync(warehouse.lake.paths.root, { recursive: true }).length;
    await expect(publishTables(warehouse.lake, join(warehouse.lake.paths.root, 'x.duckdb'), { signal, onProgress: () => undefined })).rejects.toMatchObject({ code: 'PLACE_UNSAFE' });
    await publish('quiet.duckdb');
    expect(readdirSync(warehouse.lake.paths.root, { recursive: true })).toHaveLength(before);
  });

  it('tells how far it is, and leaves nothing where it is cancelled', async () => {
    const phases: string[] = [];
    await publish('told.duckdb', { onProgress: ({ phase, filesDone, filesTotal }) => phases.push(`${phase} ${filesDone}/${filesTotal}`) });
    expect(phases).toEqual(['Copying car_seatbelt_c_90d 0/2', 'Copying trips 1/2', 'Writing the file 2/2']);
    const names = readdirSync(folder);
    for (const when of ['Copying trips', 'Writing the file']) {
      const stop = new AbortController();
      await expect(publish('stopped.duckdb', { signal: stop.signal, onProgress: ({ phase }) => phase === when && stop.abort() })).rejects.toMatchObject({ name: 'CancelledError' });
      expect(readdirSync(folder)).toEqual(names);
    }
  });

  it('is refused where the files of a table are not those of the ledger', async () => {
    const table = join(warehouse.lake.paths.root, 'tables', 'car_seatbelt_c_90d');
    const part = readdirSync(table, { recursive: true }).map(String).find((name) => name.endsWith('.parquet')) ?? '';
    const bytes = readFileSync(join(table, part));
    const other = await DuckDBInstance.create(':memory:');
    const connection = await other.connect();
    await connection.run(`COPY (${belts('Model-Z', 1, 5)}) TO '${join(folder, 'other.parquet')}' (FORMAT parquet)`);
    writeFileSync(join(table, part), readFileSync(join(folder, 'other.parquet')));
    try {
      await expect(publish('bad.duckdb')).rejects.toMatchObject({ code: 'TABLE_DAMAGED' });
      expect(existsSync(join(folder, 'bad.duckdb'))).toBe(false);
    } finally {
      writeFileSync(join(table, part), bytes);
      connection.closeSync();
      other.closeSync();
    }
  });
});
