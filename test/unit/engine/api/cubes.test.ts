import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import type { Query } from '../../../../src/contract/api/index.ts';
import { lake as lakes } from '../../../../src/sdk/index.ts';
import { DoorBench } from '../../../builders/door.ts';
import { tripColumns, trips, TRIPS, Warehouse } from '../tables/warehouse.ts';

let warehouse: Warehouse;
let bench: DoorBench;
const folder = (): string => join(warehouse.base, 'lake');
const profile = (): string => join(warehouse.base, 'profile');
beforeAll(async () => {
  warehouse = await Warehouse.make();
  await warehouse.insert([{ name: TRIPS, definition: { schema: tripColumns, partitionBy: [] }, select: trips(0, 30) }]);
  await warehouse.lake.close();
  bench = await DoorBench.open({ profile: profile(), lake: folder() });
}, 300_000);
afterAll(async () => {
  await bench.remove();
  await warehouse.close().catch(() => undefined);
});

async function answerOf(sql: string): Promise<{ query: Query; rows: readonly unknown[][] }> {
  const { id } = await bench.ask(routes.startQuery, { body: { sql } });
  for (;;) {
    const query = await bench.ask(routes.getQuery, { params: { query: id } });
    if (query.ended !== null) return { query, rows: query.state === 'done' ? (await bench.ask(routes.queryRows, { params: { query: id }, query: {} })).rows : [] };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('a cube is defined, refreshed as a job and by a statement, and read at the door', { timeout: 300_000 }, async () => {
  const definition = 'name: last_ids\ndescription: The last\nsql: SELECT program, max(id) AS last FROM trips GROUP BY program\nrefresh: by_hand\n';
  expect(await bench.ask(routes.defineCube, { body: { definition } })).toMatchObject({ name: 'last_ids', refresh: 'by_hand', version: null, sources: [] });
  expect(await bench.refused(routes.defineCube, { body: { definition: 'name: last_ids\n' } })).toMatchObject({ code: 'CUBE_INVALID', status: 422 });
  expect(await bench.made(await bench.ask(routes.refreshCube, { params: { cube: 'last_ids' }, body: {} }), 'refresh')).toEqual({ kind: 'refresh', cube: 'last_ids', version: 1, isNew: true, how: 'full', rows: 3 });
  expect(await bench.ask(routes.getCube, { params: { cube: 'last_ids' } })).toMatchObject({ version: 1, rows: 3, sources: [{ name: 'trips', version: 1 }] });
  expect((await answerOf('REFRESH MATERIALIZED VIEW last_ids;')).rows).toEqual([['last_ids:v1', false, '3']]);
  expect((await answerOf('SELECT max(last)::INTEGER FROM last_ids')).rows).toEqual([[29]]);
  expect((await answerOf('REFRESH MATERIALIZED VIEW nope')).query).toMatchObject({ state: 'failed', problem: { code: 'CUBE_UNKNOWN' } });
  expect(await bench.refused(routes.refreshCube, { params: { cube: 'nope' }, body: {} })).toMatchObject({ code: 'CUBE_UNKNOWN', status: 404 });
});

it('a night that was missed is made up for when the program is opened', { timeout: 300_000 }, async () => {
  await bench.ask(routes.defineCube, { body: { definition: 'name: each_night\nsql: SELECT count(*) AS n FROM trips\nrefresh: nightly\n' } });
  await bench.door.close();
  await bench.again();
  for (const until = Date.now() + 60_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
    if ((await bench.ask(routes.getCube, { params: { cube: 'each_night' } })).version === 1) break;
  }
  expect(await bench.ask(routes.getCube, { params: { cube: 'each_night' } })).toMatchObject({ version: 1, rows: 1, instant: expect.stringMatching(/:59:59\.999Z$/) as string });
});

it('the SDK defines and refreshes cubes, by name and by a statement', { timeout: 300_000 }, async () => {
  await using records = await lakes.open(folder(), { profile: profile() });
  expect(await records.cubes.define('name: by_sdk\nsql: SELECT count(*) AS n FROM trips\n')).toBe('by_sdk');
  expect(await records.warehouse.exec('REFRESH MATERIALIZED VIEW by_sdk')).toEqual({ version: 'by_sdk:v1', isNew: true, rows: 1, sources: ['trips:v1'] });
  expect(await records.cubes.refresh('by_sdk')).toMatchObject({ version: 'by_sdk:v1', isNew: false });
  await expect(records.warehouse.exec('DROP TABLE trips')).rejects.toMatchObject({ code: 'USAGE' });
});
