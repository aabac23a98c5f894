import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ended, Office } from '../../cli/office.ts';
import { contractText, rig, seatbelt } from './intake.ts';

/** Four programs of two workstations, each a process of its own, at the same waiting drops at the same time. */

const office = new Office();
const second = { profile: join(office.folder, 'second') };
beforeAll(async () => {
  await office.init();
  await office.does(['ls'], second);
  const { value } = await office.json(['station', 'list']);
  const request = value['requests']?.[0];
  await office.does(['station', 'enroll', String(request?.['id']).slice(0, 16), '--fingerprint', String(request?.['fingerprint'])]);
  // No mask that needs the secret: that of the one workstation would have to be brought to the other first.
  const columns = seatbelt.map((column) => column.replace('mask: hash', 'mask: none'));
  for (const [name, pattern] of [['car_sensor_tests', 'seatbelt_*.csv'], ['all_tests', '*_both.csv']] as const) {
    writeFileSync(join(office.folder, `${name}.yaml`), contractText({ name, patterns: [pattern], columns }));
    await office.does(['contract', 'publish', `${name}.yaml`]);
  }
});
afterAll(() => office.remove());

const DROPS = 40;
const ROWS = 25;

it('put each row into its table once, and lose none', { timeout: 120_000 }, async () => {
  // Every fourth is for two tables, which change in one entry.
  const names = Array.from({ length: DROPS }, (_, i) => `seatbelt_${i}${i % 4 === 0 ? '_both' : ''}.csv`);
  names.forEach((name, i) => writeFileSync(join(office.folder, name), rig(ROWS, { from: i * ROWS })));
  await office.does(['raw', 'put', '--program', '12', ...names]);
  const runs = await Promise.all([{}, second, {}, second].map((where) => ended(office.start(['raw', 'normalize', '--json'], where))));
  expect(runs.map(({ code, err }) => [code, code === 0 ? '' : err])).toEqual(runs.map(() => [0, '']));
  const done = runs.map(({ out }) => JSON.parse(out) as { drops: number; rows: number; quarantined: number });
  expect(done.reduce((sum, { drops }) => sum + drops, 0)).toBe(DROPS);
  const { value } = await office.json(['raw', 'ls']);
  expect(new Set((value['drops'] as readonly { readonly status: unknown }[]).map(({ status }) => status))).toEqual(new Set(['normalized']));
  const answer = async (table: string) => (await office.does(['query', `SELECT count(*), count(DISTINCT ssn) FROM ${table}`, '--format', 'csv'])).split('\n').at(-1);
  expect([await answer('car_sensor_tests'), await answer('all_tests')]).toEqual([`${DROPS * ROWS},${DROPS * ROWS}`, `${(DROPS / 4) * ROWS},${(DROPS / 4) * ROWS}`]);
  expect((await office.hms(['verify', office.lake])).code).toBe(0);
});
