import { afterAll, beforeAll, expect, it } from 'vitest';
import { assignContract } from '../../../../src/engine/assigning.ts';
import type { DropDetail } from '../../../../src/engine/catalog/index.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { publish, put, rig, stateOf, work } from '../normalize/intake.ts';
import { Warehouse } from '../tables/warehouse.ts';

let office: Warehouse;
let lake: WritableLake;
beforeAll(async () => {
  office = await Warehouse.make();
  lake = office.lake;
  await publish(lake);
  await publish(lake, { name: 'other_tests', patterns: ['never_*.csv'] });
});
afterAll(() => office.close());

const dropOf = (raw: number): DropDetail => lake.catalog.drop(raw) as DropDetail;

it('a drop that was sent for a contract that is not there gets another, once, and its rows come into that table', async () => {
  const [raw = -1] = await put(lake, { 'rows.csv': rig(4) }, 'car_sensor_test');
  expect(stateOf(lake, raw).status).toBe('stored');
  const size = lake.catalog.view.size;
  const drop = await assignContract(lake, dropOf(raw), 'car_sensor_tests', 'clerk');
  expect([drop.contract, drop.sentFor, drop.repeats, lake.catalog.view.size]).toEqual(['car_sensor_tests', 'car_sensor_test', 0, size + 1]);
  expect(stateOf(lake, raw).status).toBe('queued_for_etl');
  await assignContract(lake, drop, 'car_sensor_tests', 'clerk');
  expect(lake.catalog.view.size).toBe(size + 1);
  expect(await work(lake)).toMatchObject({ drops: 1, rows: 4, quarantined: 0 });
  expect(stateOf(lake, raw).tables).toEqual([{ table: 'car_sensor_tests', version: 1 }]);
});

it('the same bytes for another contract change nothing by themselves, and another contract goes before the pattern of a name', async () => {
  const [raw = -1] = await put(lake, { 'seatbelt_a.csv': rig(3, { from: 10 }) });
  expect(await put(lake, { 'seatbelt_a.csv': rig(3, { from: 10 }) }, 'other_tests')).toEqual([raw]);
  expect([dropOf(raw).contract, dropOf(raw).repeats]).toEqual([null, 1]);
  await assignContract(lake, dropOf(raw), 'other_tests', 'clerk');
  expect(stateOf(lake, raw).takers.map(({ compiled }) => compiled.plan.name)).toEqual(['other_tests']);
  await work(lake);
  expect(stateOf(lake, raw).tables).toEqual([{ table: 'other_tests', version: 1 }]);
});

it('rows that are in a table come into no second one by it, and a contract that is not there is told with the nearest name', async () => {
  const [raw = -1] = await put(lake, { 'seatbelt_b.csv': rig(3, { from: 20 }) });
  await work(lake);
  const size = lake.catalog.view.size;
  await expect(assignContract(lake, dropOf(raw), 'other_tests', 'clerk')).rejects.toMatchObject({ code: 'ACT_REFUSED', message: `Raw drop ${raw} is normalized: its rows are in car_sensor_tests:v2, and cannot be given another contract.` });
  await expect(assignContract(lake, dropOf(raw), 'other_test', 'clerk')).rejects.toMatchObject({ code: 'CONTRACT_UNKNOWN', next: 'The nearest name is other_tests. All are listed by: hms dta contract show' });
  expect(lake.catalog.view.size).toBe(size);
});

it('a drop that gets another contract while it is at work under the one before comes into the table of the new one only', async () => {
  const [raw = -1] = await put(lake, { 'seatbelt_c.csv': rig(3, { from: 30 }) });
  let isAssigned = false;
  const first = await work(lake, {
    working: (_, isAtWork) => {
      if (!isAtWork || isAssigned) return;
      isAssigned = true;
      assigning = assignContract(lake, dropOf(raw), 'other_tests', 'clerk');
    },
  });
  await assigning;
  expect(first.drops).toBe(0);
  await work(lake);
  expect(stateOf(lake, raw).tables.map(({ table }) => table)).toEqual(['other_tests']);
});
let assigning: Promise<DropDetail> | null = null;
