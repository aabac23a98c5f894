import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import { prepareQuestion } from '../../../../src/engine/asking.ts';
import { defineCube, refreshCube } from '../../../../src/engine/cubing.ts';
import { verify } from '../../../../src/verify/index.ts';
import { signal, tripColumns, trips, TRIPS, Warehouse } from '../tables/warehouse.ts';

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await Warehouse.make();
  await warehouse.insert([{ name: TRIPS, definition: { schema: tripColumns, partitionBy: ['program'] }, select: trips(0, 90) }]);
});
afterEach(() => warehouse.close());

const define = (yaml: string) => defineCube(warehouse.lake, Buffer.from(yaml), { signal, processes: warehouse.processes });
const refresh = (name: string, options: { asOf?: string; full?: boolean } = {}) => refreshCube(warehouse.lake, name, { signal, processes: warehouse.processes, ...options });

async function ask(sql: string, asOf: string | null = null): Promise<unknown[][]> {
  const question = await prepareQuestion(warehouse.lake, sql, { signal, processes: warehouse.processes, asOf });
  try {
    const { rows } = await question.run(signal);
    return (await question.page(0, rows + 1, signal)).rows.map((row) => [...row]);
  } finally {
    await question.close();
  }
}

const BY_PROGRAM = 'name: by_program\nsql: SELECT program, count(*) AS n, sum(cost) AS cost FROM trips GROUP BY program\n';

it('is what its SQL gives, in versions that a question reads at any instant', async () => {
  await define(BY_PROGRAM);
  const first = await refresh('by_program');
  expect([first.isNew, first.how, first.version.version, first.rows, first.sources]).toEqual([true, 'full', 1, 3, [{ name: TRIPS, version: 1, rows: 90 }]]);
  const report = await ask('SELECT * FROM by_program ORDER BY ALL');
  expect(report).toEqual(await ask('SELECT program, count(*) AS n, sum(cost) AS cost FROM trips GROUP BY program ORDER BY ALL'));
  const day = first.version.at;

  await warehouse.insert([{ name: TRIPS, select: trips(90, 100) }]);
  expect(await ask('SELECT sum(n)::INTEGER FROM by_program')).toEqual([[90]]);
  expect((await refresh('by_program')).version.version).toBe(2);
  expect(await ask('SELECT sum(n)::INTEGER FROM by_program')).toEqual([[100]]);
  expect(await ask(`SELECT * FROM by_program FOR SYSTEM_TIME AS OF '${day}' ORDER BY ALL`)).toEqual(report);
  expect(await ask('SELECT * FROM by_program ORDER BY ALL', day)).toEqual(report);

  // Refreshed from the same rows it stays as it is.
  expect(await refresh('by_program')).toMatchObject({ isNew: false, how: 'none', rows: 3 });
  expect((await verify(warehouse.lake.paths.root, { workers: 0 })).findings).toEqual([]);
});
