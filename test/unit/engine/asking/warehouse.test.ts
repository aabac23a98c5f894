import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TableVersionDetail } from '../../../../src/core/index.ts';
import { compactTable } from '../../../../src/engine/compacting.ts';
import { signal, tripColumns, trips, TRIPS, Warehouse } from '../tables/warehouse.ts';
import { toldBy } from './hall.ts';
import type { Told } from './hall.ts';

let warehouse: Warehouse;
const definition = { schema: tripColumns, partitionBy: ['program'] };
beforeAll(async () => {
  warehouse = await Warehouse.make();
  await warehouse.insert([{ name: TRIPS, definition, select: trips(0, 9) }], 'First trips');
  await warehouse.insert([{ name: TRIPS, definition: { ...definition, schema: [...tripColumns, { name: 'note', type: 'string', nullable: true }] }, select: `SELECT *, 'new' AS note FROM (${trips(9, 12)})` }]);
  await compactTable(warehouse.lake, TRIPS, { signal, processes: warehouse.processes });
}, 60_000);
afterAll(() => warehouse.close());

const tell = (sql: string, asOf: string | null = null): Promise<Told> => toldBy(warehouse.lake, sql, { processes: warehouse.processes, asOf });
const version = (number: number): TableVersionDetail => warehouse.lake.catalog.tables.version(TRIPS, number) as TableVersionDetail;

it('a table is asked by its name, whatever its case, and the header says which version was read', async () => {
  const told = await tell('SELECT count(*)::INTEGER AS n, sum(cost)::DECIMAL(18,3)::VARCHAR AS cost, min(day)::VARCHAR AS first, count(note)::INTEGER AS notes FROM Trips');
  expect(told).toMatchObject({ columns: ['n', 'cost', 'first', 'notes'], rows: [[12, '8.250', '1850-01-01', 3]], relations: [{ version: 'trips:v3', asked: 'now' }] });
});

it('an older version keeps its own rows and columns, by instant, by number, by the default of the question, beside the newest', async () => {
  const { at } = version(1);
  for (const text of [`trips FOR SYSTEM_TIME AS OF '${at}'`, 'trips AT (VERSION => 1)', "trips AT (VERSION => 'v1') AS t"]) {
    expect((await tell(`SELECT count(*)::INTEGER FROM ${text}`)).rows).toEqual([[9]]);
    expect((await tell(`SELECT * FROM ${text} LIMIT 0`)).columns).toEqual(['id', 'program', 'day', 'cost', 'seen']);
  }
  expect((await tell('SELECT count(*)::INTEGER FROM trips', at)).rows).toEqual([[9]]);
  const both = await tell(`SELECT n.id::INTEGER FROM trips n ANTI JOIN trips FOR SYSTEM_TIME AS OF '${at}' t USING (id) ORDER BY 1`);
  expect([both.rows, both.relations.map((used) => [used.version, used.asked])]).toEqual([[[9], [10], [11]], [['trips:v3', 'now'], ['trips:v1', 'instant']]]);
});

it('before its first version, and beyond its newest, is an error that says so', async () => {
  await expect(tell("SELECT * FROM trips FOR SYSTEM_TIME AS OF '2001-01-01'")).rejects.toMatchObject({ code: 'VERSION_UNKNOWN', message: expect.stringContaining(`its first version is of ${version(1).at}`) as string });
  await expect(tell('SELECT * FROM trips AT (VERSION => 4)')).rejects.toMatchObject({ code: 'VERSION_UNKNOWN', message: expect.stringContaining('the newest is v3') as string });
  await expect(tell('SELECT * FROM trip')).rejects.toMatchObject({ code: 'QUERY_REFUSED', message: expect.stringContaining('Is "trips" meant?') as string });
});

it('the catalog lists versions of tables, raw drops and contracts, as of any time', async () => {
  const listed = await tell('SELECT name, ver, operation, rows::INTEGER, comment FROM table_versions ORDER BY ver');
  expect(listed.rows).toEqual([['trips', 'v1', 'CREATE TABLE', 9, 'First trips'], ['trips', 'v2', 'WRITE', 12, 'Rows'], ['trips', 'v3', 'OPTIMIZE', 12, expect.stringMatching(/^Compacted \d+ files$/)]]);
  expect((await tell(`SELECT ver FROM table_versions FOR SYSTEM_TIME AS OF '${version(2).at}' ORDER BY ver`)).rows).toEqual([['v1'], ['v2']]);
  expect((await tell('SELECT * FROM raw_drops')).columns).toEqual(['raw_id', 'program_id', 'name', 'media_type', 'bytes', 'sha256', 'sender', 'contract', 'ts', 'uuid']);
  expect((await tell('SELECT * FROM contracts')).columns).toEqual(['name', 'ver', 'ts', 'hash']);
});
