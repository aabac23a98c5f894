import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { publishContract } from '../../../../src/engine/contracting.ts';
import { defineCube } from '../../../../src/engine/cube-defining.ts';
import { initLake } from '../../../../src/engine/init.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { QueryProcesses } from '../../../../src/engine/query/index.ts';
import { seatBeltDrops } from '../../../../src/engine/sample-drops.ts';
import type { SampleDrop } from '../../../../src/engine/sample-drops.ts';
import { SAMPLE_CONTRACT, SAMPLE_CUBE } from '../../../../src/engine/sample-texts.ts';
import { verify } from '../../../../src/verify/index.ts';
import { foundIn } from '../../../builders/lake/clear-values.ts';
import { toldBy } from '../asking/hall.ts';
import { signal } from '../tables/warehouse.ts';
import { put, work } from './intake.ts';

/** The question of Congress, from posted files to its answer; the clock is that of July 2024. */
const HERO = `SELECT model, SUM(fail)::INTEGER AS failures, COUNT(*)::INTEGER AS tests, ROUND(100.0*SUM(fail)/COUNT(*),1)::DOUBLE AS failure_rate
  FROM car_seatbelt_c_90d WHERE program_id = 12 GROUP BY model ORDER BY failure_rate DESC`;

const base = mkdtempSync(join(tmpdir(), 'hms-hero-'));
const processes = new QueryProcesses();
/** The last fifteen weeks of the year are enough; the whole of it is in test/unit/cli/sample.test.ts. */
const drops = seatBeltDrops().filter(({ at }) => at > Date.UTC(2024, 3, 20));
const weekly = drops.filter(({ program }) => program === 12);
let lake: WritableLake;
let time = drops[0]?.at ?? 0;
const sent: string[] = [];

async function send(some: readonly SampleDrop[]): Promise<void> {
  for (const { program, name, at, content } of some) {
    time = Math.max(time, at);
    await put(lake, { [`${name}`]: content }, null, program);
    sent.push(...[...content.matchAll(/9\d\d-\d\d-\d{4}/g)].map(([ssn]) => ssn));
  }
  await work(lake, { processes });
}

beforeAll(async () => {
  // Each act a second after the one before.
  const clock = { ...systemClock, now: () => (time += 1_000), sleep: () => Promise.resolve() };
  lake = (await initLake({ folder: join(base, 'lake'), profile: join(base, 'profile'), zone: 'America/New_York', clock, sample: true })).lake;
  await publishContract(lake, Buffer.from(SAMPLE_CONTRACT), { major: false, signal, processes });
  await send(drops.slice(0, -2));
  await defineCube(lake, Buffer.from(SAMPLE_CUBE), { signal, processes });
  await send(drops.slice(-2, -1));
  await send(drops.slice(-1));
}, 180_000);
afterAll(async () => {
  await lake.close();
  await processes.close();
  rmSync(base, { recursive: true, force: true });
});

it('the contract and the cube are those of the examples', () => {
  expect(SAMPLE_CONTRACT).toBe(readFileSync('examples/contracts/car_sensor_tests.odcs.yaml', 'utf8'));
  expect(SAMPLE_CUBE).toBe(readFileSync('examples/cubes/car_seatbelt_c_90d.yaml', 'utf8'));
});

it('one query over the cube of 90 days answers how many seat belts of which model failed', async () => {
  const told = await toldBy(lake, HERO, { processes });
  expect([told.columns, told.rows]).toEqual([['model', 'failures', 'tests', 'failure_rate'], [['Model-Z', 112, 810, 13.8], ['Model-A', 14, 744, 1.9]]]);
  expect(told.relations).toMatchObject([{ name: 'car_seatbelt_c_90d', version: 'car_seatbelt_c_90d:v2' }]);
});

it('as of the evening before, it gives what a report of that day gave, although a drop came since', async () => {
  const then = await toldBy(lake, "SELECT count(*)::INTEGER, max(tested_at) < TIMESTAMPTZ '2024-07-30' FROM car_seatbelt_c_90d FOR SYSTEM_TIME AS OF '2024-07-30 23:59:59' WHERE program_id = 12", { processes });
  // Thirteen weeks too, each a week earlier.
  expect(then.rows).toEqual([[weekly.slice(-14, -1).reduce((sum, { content }) => sum + content.split('\n').length - 2, 0), true]]);
  expect(then.relations).toMatchObject([{ version: 'car_seatbelt_c_90d:v1', asked: 'instant' }]);
});

it('no number of a person, nor its bare hash, is in any byte of the tables or the ledger; the raw drops keep them', async () => {
  expect(sent.length).toBe(15 * 119 + 7 + 2 * 25);
  const some = sent.filter((_, i) => i % 97 === 0);
  expect(await foundIn(join(base, 'lake'), some, ['raw'])).toEqual([]);
  expect((await foundIn(join(base, 'lake', 'raw'), some.slice(0, 1))).length).toBeGreaterThan(0);
});

it('and the lake is good for who checks it', async () => {
  const { clean, findings } = await verify(join(base, 'lake'), { signal });
  expect([clean, findings]).toEqual([true, []]);
}, 60_000);
