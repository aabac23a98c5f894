import { createHash } from 'node:crypto';
import { cp, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { HmsError } from '../../../src/contract/index.ts';
import type { DatasetId, TxnId } from '../../../src/contract/index.ts';
import { parseCheckpoint } from '../../../src/core/index.ts';
import { objectFolder, readHeadState, recover } from '../../../src/engine/lake/index.ts';
import { commit, commitFiles, draftOf, makeLake, openStation, reopen, temporaryFolder, testKey } from '../lake/small-lake.ts';
import type { TestKey, TestStation } from '../lake/small-lake.ts';
import { Killed, Schedule } from './schedule.ts';

/** Random schedules of two and three writers on the real store and ledger, and what must hold after each. */

export interface ScheduleCounts {
  steps: number;
  acknowledged: number;
  killed: number;
  /** Writers that were told of an error although what they had done took place, or may have. */
  misled: number;
}

/** How the place behaves. On a share derived files are rewritten where they stand, and replies get lost. */
export type ScheduleKind = 'journaled' | 'share';

export class SchedulePlace {
  readonly #path: string;
  readonly #key: TestKey;
  readonly remove: () => Promise<void>;

  private constructor(path: string, remove: () => Promise<void>, key: TestKey) {
    this.#path = path;
    this.remove = remove;
    this.#key = key;
  }

  /** In memory where the system has such a place. */
  static async make(): Promise<SchedulePlace> {
    const memory = '/dev/shm';
    const fast = await stat(memory).then(() => memory, () => undefined);
    const { path, remove } = await temporaryFolder('hms-schedules-', fast);
    const key = testKey();
    await makeLake(join(path, 'template'), key);
    const station = await openStation(join(path, 'template'), { key });
    await commitFiles(station, 'SHARED', { 'common.txt': 'first', 'kept.txt': 'kept' });
    return new SchedulePlace(path, remove, key);
  }

  /** Runs the schedules of these seeds; in every second one writers may be killed. Throws at the first that fails, with its seed. */
  async run(seeds: readonly number[], kind: ScheduleKind): Promise<ScheduleCounts> {
    const counts: ScheduleCounts = { steps: 0, acknowledged: 0, killed: 0, misled: 0 };
    for (const seed of seeds) {
      try {
        await this.#trial(seed, kind, counts);
      } catch (error) {
        throw new Error(`The schedule of HMS_SCHEDULE_SEED=${seed} on ${kind} fails: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
    return counts;
  }

  async #trial(seed: number, kind: ScheduleKind, counts: ScheduleCounts): Promise<void> {
    const root = join(this.#path, `lake-${seed}`);
    await cp(join(this.#path, 'template'), root, { recursive: true });
    const schedule = new Schedule(seed);
    const acknowledged: Acknowledged[] = [];
    const writers = 2 + schedule.pick(2);
    const lostReplies = kind === 'share' && seed % 3 === 0 ? 0.1 : 0;
    const stations = await Promise.all(
      Array.from({ length: writers }, (_, writer) => openStation(root, { key: this.#key, kind, disk: schedule.disk(writer, lostReplies), clock: schedule.clock(writer) })),
    );
    const ends = await schedule.run(
      stations.map((station, writer) => () => write(station, schedule, writer, acknowledged)),
      seed % 2 === 0 ? 0.01 : 0,
    );
    for (const end of ends) {
      if (end.status === 'fulfilled') continue;
      if (end.reason instanceof Killed) counts.killed++;
      else if (lostReplies > 0 && end.reason instanceof HmsError && end.reason.facts['system'] === 'EIO') counts.misled++;
      else throw end.reason;
    }
    // Whoever is not stopped brings the copies for other people's tools up to date, however the writers met.
    if (ends.every((end) => end.status === 'fulfilled')) await checkCopies(root, this.#key);
    await check(root, this.#key, acknowledged);
    await rm(root, { recursive: true });
    counts.steps += schedule.steps;
    counts.acknowledged += acknowledged.length;
  }
}

const DATASETS = ['SHARED', 'NEW-0', 'NEW-1'] as DatasetId[];

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

async function check(root: string, key: TestKey, acknowledged: readonly Acknowledged[]): Promise<void> {
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
  for (const dataset of DATASETS) {
    const newest = index.view.dataset(dataset)?.newest ?? 0;
    for (let number = 1; number <= newest; number++) await checkVersion(station, dataset, number);
    for (const act of acknowledged) if (act.dataset === dataset && act.version !== null) expectFiles(station, dataset, act);
  }
}

async function checkCopies(root: string, key: TestKey): Promise<void> {
  const station = await openStation(root, { key });
  await station.ledger.catchUp();
  const { index } = station;
  for (const dataset of DATASETS) {
    const newest = index.claimedVersion(dataset, index.view.dataset(dataset)?.newest ?? 0);
    if (newest === null) continue;
    const object = objectFolder(station.ledger.context.paths, 'store', dataset);
    expect(await readFile(join(object, 'inventory.json.sha256'), 'utf8')).toBe(`${newest.hash} inventory.json\n`);
    expect(createHash('sha256').update(await readFile(join(object, 'inventory.json'))).digest('hex')).toBe(newest.hash);
  }
  const checkpoint = parseCheckpoint(await readFile(station.ledger.context.paths.checkpoint, 'utf8'));
  expect(checkpoint?.size).toBe(index.view.size);
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
