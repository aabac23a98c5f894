import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from 'duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';
import { tripColumns, trips, TRIPS, Warehouse } from '../tables/warehouse.ts';

let warehouse: Warehouse;
let bench: DoorBench;
let first = '';
let second = '';
beforeAll(async () => {
  warehouse = await Warehouse.make();
  const definition = { schema: tripColumns, partitionBy: [] };
  const one = await warehouse.insert([{ name: TRIPS, definition, select: trips(0, 30) }]);
  first = one.versions[0]?.at ?? '';
  const two = await warehouse.insert([{ name: TRIPS, select: trips(30, 50) }]);
  second = two.versions[0]?.at ?? '';
  await warehouse.lake.close();
  bench = await DoorBench.open({ profile: join(warehouse.base, 'profile'), lake: join(warehouse.base, 'lake') });
}, 300_000);
afterAll(async () => {
  await bench.remove();
  await warehouse.close().catch(() => undefined);
});

/** As anybody opens it. */
async function asked(file: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const COUNTED = 'SELECT count(*), max(id), (SELECT version FROM hms_dta_published) FROM trips';

describe('publishing at the door', () => {
  it('makes a file that is fetched and opens in plain DuckDB', { timeout: 120_000 }, async () => {
    const begun = await bench.ask(routes.publish, { body: {} });
    expect(begun.job).toMatchObject({ kind: 'publication', title: 'Publishing the tables' });
    const { published } = await bench.made(begun, 'publication');
    const table = { table: 'trips', version: 2, rows: 50, committed: second };
    expect(published).toMatchObject({ path: null, later: [], tables: [table] });
    const response = await bench.raw(`/dta/publications/${begun.job.id}/file`);
    expect([response.status, response.headers.get('content-length'), response.headers.get('content-disposition')]).toEqual([200, String(published.bytes), expect.stringContaining('hms_dta.duckdb')]);
    const file = join(warehouse.base, 'fetched.duckdb');
    writeFileSync(file, Buffer.from(await response.arrayBuffer()));
    expect(await asked(file, COUNTED)).toEqual([['50', '49', expect.anything()]]);
    const part = await bench.raw(`/dta/publications/${begun.job.id}/file`, { headers: { range: 'bytes=8-11' } });
    expect([part.status, Buffer.from(await part.arrayBuffer()).toString('latin1')]).toEqual([206, readFileSync(file).subarray(8, 12).toString('latin1')]);
  });

  it('writes to a place of this computer, as of an instant, and no file that is there without being told', { timeout: 120_000 }, async () => {
    const target = join(warehouse.base, 'then.duckdb');
    const { published } = await bench.made(await bench.ask(routes.publishToPath, { body: { asOf: first, target } }), 'publication');
    expect(published).toMatchObject({ path: target, asOf: first, tables: [{ table: 'trips', version: 1, rows: 30 }] });
    expect(await asked(target, COUNTED)).toEqual([['30', '29', expect.anything()]]);
    const { job } = await bench.ask(routes.publishToPath, { body: { target } });
    expect(await bench.ended(job.id)).toMatchObject({ state: 'failed', problem: { code: 'TARGET_EXISTS' } });
    await bench.made(await bench.ask(routes.publishToPath, { body: { target, replace: true } }), 'publication');
    expect(await asked(target, COUNTED)).toEqual([['50', '49', expect.anything()]]);
  });

  it('says why where there was nothing to publish, and no file is to be fetched then', { timeout: 120_000 }, async () => {
    const { job } = await bench.ask(routes.publish, { body: { asOf: '2001-01-01' } });
    expect(await bench.ended(job.id)).toMatchObject({ state: 'failed', problem: { code: 'USAGE', title: expect.any(String) as string } });
    expect((await bench.refused(routes.fetchPublication, { params: { job: job.id } })).code).toBe('JOB_UNKNOWN');
  });
});
