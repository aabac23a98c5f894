import { afterAll, beforeAll, expect, it } from 'vitest';
import { Planner } from '../../../../src/engine/query/planner.ts';

/** Values of conditions: a whole number is taken from the tree, everything else DuckDB is asked for; both give the same. */

let planner: Planner;
beforeAll(async () => {
  planner = await Planner.open();
});
afterAll(() => planner.connection.closeSync());

const conditions = async (where: string): Promise<unknown> => (await planner.plan(`SELECT * FROM t WHERE ${where}`, { 1: 7 }, 'conditions')).references[0]?.conditions;
const integer = (value: string): unknown => ({ type: 'INTEGER', value, instant: null });

for (const number of [0, 1, -12, 2024, 20_240_731, 2_147_483_647, -2_147_483_647]) {
  it(`${number} as it stands is what DuckDB makes of the sum of it and nothing`, async () => {
    expect(await conditions(`a = ${number}`)).toEqual([{ column: 'a', is: '=', values: [integer(String(number))] }]);
    expect(await conditions(`a = CAST(${number} + 0 AS INTEGER)`)).toEqual([{ column: 'a', is: '=', values: [integer(String(number))] }]);
  });
}

it('both stand side by side, each at its place', async () => {
  expect(await conditions("a = 12 AND b IN (3, 1 + 3, 5) AND c > DATE '2024-07-31' - INTERVAL 1 DAY AND d = $1 AND e = 3000000000 AND f = 1.5")).toEqual([
    { column: 'f', is: '=', values: [{ type: 'DECIMAL(2,1)', value: '1.5', instant: null }] },
    { column: 'e', is: '=', values: [{ type: 'BIGINT', value: '3000000000', instant: null }] },
    { column: 'd', is: '=', values: [{ type: 'BIGINT', value: '7', instant: null }] },
    { column: 'c', is: '>', values: [{ type: 'TIMESTAMP', value: '2024-07-30 00:00:00', instant: '2024-07-30 00:00:00+00' }] },
    { column: 'b', is: 'in', values: [integer('3'), integer('4'), integer('5')] },
    { column: 'a', is: '=', values: [integer('12')] },
  ]);
});

it('NULL is no number, and a list that is too long is not looked at', async () => {
  expect(await conditions('a = NULL')).toEqual([]);
  expect(await conditions(`a IN (${Array.from({ length: 201 }, (_, i) => i).join(', ')})`)).toEqual([]);
});
