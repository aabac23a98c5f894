import { createHash } from 'node:crypto';
import { cp, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HmsError } from '../../src/contract/index.ts';
import type { DatasetId, TxnId } from '../../src/contract/index.ts';
import { objectFolder, readHeadState, recover } from '../../src/engine/lake/index.ts';
import { commit, commitFiles, draftOf, makeLake, openStation, reopen, temporaryFolder, testKey } from '../builders/lake/small-lake.ts';
import type { TestKey, TestStation } from '../builders/lake/small-lake.ts';
import { Killed, Schedule } from './schedule.ts';

/**
 * Random schedules of two and three writers on the real store and ledger, stopped before every durable primitive: no acknowledged act is
 * lost, none counts twice, and whoever opens next finds a whole lake. HMS_SCHEDULES sets how many; HMS_SCHEDULE_SEED repeats one.
 */

const schedules = Number(process.env['HMS_SCHEDULES'] ?? 2000);
const only = process.env['HMS_SCHEDULE_SEED'];
const memory = '/dev/shm';

let place: { path: string; remove: () => Promise<void> };
let key: TestKey;

beforeAll(async () => {
  const fast = await stat(memory).then(() => memory, () => undefined);
  place = await temporaryFolder('hms-schedules-', fast);
  key = testKey();
  await makeLake(join(place.path, 'template'), key);
  const station = await openStation(join(place.path, 'template'), { key });
  await commitFiles(station, 'SHARED', { 'common.txt': 'first', 'kept.txt': 'kept' });
});

afterAll(() => place.remove());

interface Acknowledged {
  readonly txn: TxnId;
  readonly dataset: string;
  readonly version: number | null;
  readonly files: Readonly<Record<string, string>>;
}

async function write(station: TestStation, schedule: Schedule, writer: number, acknowledged: Acknowledged[]): Promise<void> {
  await station.ledger.catchUp();
  const scratch = join(station.ledger.context.paths.staging, `writer-${writer}`);
  await station.ledger.context.durable.makeFolder(scratch);
  await recover(station.ledger, scratch, 0);
  for (let act = 0; act < 1 + schedule.pick(2); act++) {
    const dataset = schedule.pick(3) === 0 ? `NEW-${schedule.pick(2)}` : 'SHARED';
    if (schedule.pick(4) === 0) {
      const claimed = await station.ledger.act(station.key, { op: 'tag.added', subject: 'version:SHARED:v1', head: { tag: `t${writer}-${act}` as never } });
      acknowledged.push({ txn: claimed.entry.txn, dataset: 'SHARED', version: null, files: {} });
      continue;
    }
    const name = schedule.pick(3) === 0 ? 'common.txt' : `writer-${writer}-${act}.txt`;
    const files = { [name]: `by writer ${writer}, act ${act}` };
    const draft = await draftOf(station, dataset, files);
    try {
      const done = await commit(station, draft);
      acknowledged.push({ txn: draft.txn, dataset, version: done.version, files });
    } catch (error) {
      if (!(error instanceof HmsError) || error.code !== 'DATASET_MOVED') throw error;
    }
  }
}

async function check(root: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const station = await reopen(root, key);
  const { index } = station;
  expect(index.effects.filter((effect) => !effect.effect)).toEqual([]);
  const counted = index.transactions();
  expect(new Set(counted).size).toBe(counted.length);
  for (const act of acknowledged) {
    expect(counted).toContain(act.txn);
    if (act.version !== null) expect(index.claimedVersion(act.dataset as DatasetId, act.version)?.txn).toBe(act.txn);
  }
  expect(index.unplaced()).toEqual([]);
  for (const dataset of ['SHARED', 'NEW-0', 'NEW-1'] as DatasetId[]) {
    const newest = index.view.dataset(dataset)?.newest ?? 0;
    for (let number = 1; number <= newest; number++) await checkVersion(station, dataset, number);
    for (const act of acknowledged) if (act.dataset === dataset && act.version !== null) expectFiles(station, dataset, act);
  }
}

async function checkVersion(station: TestStation, dataset: DatasetId, number: number): Promise<void> {
  const version = station.index.claimedVersion(dataset, number);
  expect(version).not.toBeNull();
  const object = objectFolder(station.ledger.context.paths, 'store', dataset);
  const inventory = await readFile(join(object, `v${number}`, 'inventory.json'));
  expect(createHash('sha256').update(inventory).digest('hex')).toBe(version?.hash);
  if (number === station.index.view.dataset(dataset)?.newest) {
    expect((await readFile(join(object, 'inventory.json'))).equals(inventory)).toBe(true);
    expect(await readFile(join(object, 'inventory.json.sha256'), 'utf8')).toBe(`${version?.hash} inventory.json\n`);
  }
  const head = await readHeadState(join(object, `v${number}`, 'inventory.json'), version?.hash as never);
  expect(Object.fromEntries(head.state)).toEqual(Object.fromEntries(station.index.files(dataset, number).map((file) => [file.path, file.sha256])));
  for (const [digest, paths] of head.manifest) {
    for (const path of paths) expect(createHash('sha256').update(await readFile(join(object, path))).digest('hex')).toBe(digest);
  }
}

function expectFiles(station: TestStation, dataset: DatasetId, act: Acknowledged): void {
  const files = new Map(station.index.files(dataset, act.version ?? 0).map((file) => [file.path as string, file.sha256 as string]));
  for (const [name, text] of Object.entries(act.files)) expect(files.get(name)).toBe(createHash('sha256').update(text).digest('hex'));
}

async function trial(seed: number, kills: number): Promise<{ acknowledged: number; killed: number; steps: number }> {
  const root = join(place.path, `lake-${seed}-${kills}`);
  await cp(join(place.path, 'template'), root, { recursive: true });
  const schedule = new Schedule(seed);
  const acknowledged: Acknowledged[] = [];
  const count = 2 + schedule.pick(2);
  const stations = await Promise.all(Array.from({ length: count }, (_, writer) => openStation(root, { key, disk: schedule.disk(writer), clock: schedule.clock(writer) })));
  const ends = await schedule.run(
    stations.map((station, writer) => () => write(station, schedule, writer, acknowledged)),
    kills,
  );
  for (const end of ends) if (end.status === 'rejected' && !(end.reason instanceof Killed)) throw end.reason;
  await check(root, acknowledged);
  await rm(root, { recursive: true });
  return { acknowledged: acknowledged.length, killed: ends.filter((end) => end.status === 'rejected').length, steps: schedule.steps };
}

describe('writers stopped at any durable step', () => {
  it('lose nothing and double nothing, whatever the order of their steps', { timeout: 600_000 }, async () => {
    const seeds = only === undefined ? Array.from({ length: schedules }, (_, i) => i + 1) : [Number(only)];
    let acknowledged = 0;
    let killed = 0;
    let steps = 0;
    for (const seed of seeds) {
      const kills = seed % 2 === 0 ? 0.01 : 0;
      try {
        const result = await trial(seed, kills);
        acknowledged += result.acknowledged;
        killed += result.killed;
        steps += result.steps;
      } catch (error) {
        throw new Error(`The schedule of HMS_SCHEDULE_SEED=${seed} fails.`, { cause: error });
      }
    }
    console.info(`${seeds.length} schedules, ${steps} steps, ${acknowledged} acts acknowledged, ${killed} writers killed`);
    expect(acknowledged).toBeGreaterThan(0);
  });
});
