import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HmsError } from '../../../../src/contract/index.ts';
import type { TableName } from '../../../../src/contract/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { initLake } from '../../../../src/engine/init.ts';
import { forgetOutcome } from '../../../../src/engine/normalizing.ts';
import { openToRead, openToWrite } from '../../../../src/engine/open.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { QueryProcesses } from '../../../../src/engine/query/index.ts';
import { enrollStation, pendingRequests, requestEnrolment } from '../../../../src/engine/stations.ts';
import { publish, put, rig, stateOf, work } from './intake.ts';

/** What fails for a reason that may pass, by a clock that does not wait; and two workstations with one queue. */

const columns = ['{name: model, physicalName: car_model, logicalType: string, required: true}', '{name: fail, physicalName: sensor_fail, logicalType: integer, required: true}', '{name: tested_at, physicalName: test_time, logicalType: timestamp, required: true}', '{name: ssn, logicalType: string}'];
const TESTS = 'car_sensor_tests' as TableName;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hms-patience-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Processes that cannot be started so many times. */
class Unwilling extends QueryProcesses {
  asked = 0;
  readonly #refusals: number;

  constructor(refusals: number) {
    super();
    this.#refusals = refusals;
  }

  override take(): ReturnType<QueryProcesses['take']> {
    if (++this.asked <= this.#refusals) throw new HmsError('QUERY_FAILED', `The query process ended (${this.asked}).`, { kept: 'Nothing was changed.' });
    return super.take();
  }
}

describe('what fails for a reason that may pass', () => {
  let lake: WritableLake;
  let waited: number;
  beforeEach(async () => {
    waited = 0;
    const clock = { ...systemClock, now: () => Date.now() + waited, sleep: (ms: number) => Promise.resolve(void (waited += ms)) };
    lake = (await initLake({ folder: join(folder, 'lake'), profile: join(folder, 'profile'), zone: 'UTC', clock })).lake;
    await publish(lake, { columns });
  });
  afterEach(() => lake.close());

  it('is tried again after one second and after four more, and then normalized', async () => {
    const [raw = 0] = await put(lake, { 'seatbelt_1.csv': rig(3) });
    waited = 0;
    const processes = new Unwilling(2);
    expect(await work(lake, { processes })).toMatchObject({ drops: 1, rows: 3, quarantined: 0 });
    expect([processes.asked, waited]).toEqual([3, 5_000]);
    expect(stateOf(lake, raw)).toMatchObject({ status: 'normalized', outcome: null });
  });

  it('waits for a person after the fifth time, with the reason, and goes on when that person says so', async () => {
    const [raw = 0] = await put(lake, { 'seatbelt_1.csv': rig(3) });
    waited = 0;
    expect(await work(lake, { processes: new Unwilling(Infinity) })).toMatchObject({ drops: 0, quarantined: 1 });
    expect(waited).toBe(85_000);
    expect(stateOf(lake, raw)).toMatchObject({ status: 'quarantined', outcome: { attempts: 5, again: null, trouble: 'The query process ended (5).', findings: [] } });
    expect(await work(lake)).toMatchObject({ drops: 0 });
    const drop = lake.catalog.drop(raw);
    expect(drop !== null && forgetOutcome(lake, drop)).toBe(true);
    expect(await work(lake)).toMatchObject({ drops: 1, rows: 3 });
  });
});

it('two workstations that work one queue down have each drop in the table once', { timeout: 60_000 }, async () => {
  const at = (profile: string): { folder: string; profile: string } => ({ folder: join(folder, 'lake'), profile: join(folder, profile) });
  const { lake: first } = await initLake({ ...at('first'), zone: 'UTC' });
  await publish(first, { columns });
  const asking = await openToRead(at('second'));
  await requestEnrolment(asking);
  await asking.close();
  for (const request of await pendingRequests(first)) await enrollStation(first, request.id.slice(0, 16), request.fingerprint);
  const second = await openToWrite(at('second'));
  expect(second.signer.id).not.toBe(first.signer.id);
  const drops = 12;
  const numbers = await put(first, Object.fromEntries(Array.from({ length: drops }, (_, i) => [`seatbelt_${i}.csv`, rig(5, { from: i * 5 })])));
  await second.ledger.catchUp();
  const both = await Promise.all([work(first), work(second)]);
  expect(both.reduce((sum, done) => sum + done.drops, 0)).toBe(drops);
  expect(both.map(({ quarantined, held }) => [quarantined, held])).toEqual([[0, []], [0, []]]);
  for (const lake of [first, second]) {
    await lake.ledger.catchUp();
    expect(numbers.map((raw) => stateOf(lake, raw).tables.map(({ table }) => table))).toEqual(numbers.map(() => [TESTS]));
    const newest = lake.catalog.tables.version(TESTS, null);
    expect(newest === null ? null : lake.catalog.tables.view(newest, [])?.files.reduce((sum, { rows }) => sum + rows, 0)).toBe(drops * 5);
  }
  await second.close();
  await first.close();
});
