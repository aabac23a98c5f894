import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId, Tag } from '../../../../src/contract/index.ts';
import { parseCheckpoint } from '../../../../src/core/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import type { Clock } from '../../../../src/engine/clock.ts';
import { systemDisk } from '../../../../src/engine/lake/index.ts';
import type { Disk } from '../../../../src/engine/lake/index.ts';
import { commit, commitFiles, draftOf, enroll, makeLake, openStation, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';
import type { StationOptions, TestStation } from '../../../builders/lake/small-lake.ts';

/** What is done in another order over a share, where each call is a round trip. */

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  const folder = await temporaryFolder('hms-over-share-');
  remove = folder.remove;
  root = join(folder.path, 'lake');
});
afterEach(() => remove());

const id = 'WF' as DatasetId;
const key = testKey();

async function stationOn(options: StationOptions = {}): Promise<TestStation> {
  await makeLake(root, key);
  await commitFiles(await openStation(root, { key }), id, { 'a.txt': '1' });
  const station = await openStation(root, { key, kind: 'share', completesBehind: true, ...options });
  await station.ledger.catchUp();
  return station;
}

const tag = ({ ledger }: TestStation, name: string): Promise<{ seq: number }> => ledger.act(key, { op: 'tag.added', subject: 'version:WF:v1', head: { tag: name as Tag } });
const checkpointSize = ({ ledger }: TestStation): number | undefined => parseCheckpoint(readFileSync(ledger.context.paths.checkpoint, 'utf8'))?.size;
const staged = ({ ledger }: TestStation): Promise<string[]> => readdir(ledger.context.paths.staging);

/** A disk that tells its calls, each as its primitive and the end of the path, and fails those of a kind while it is told to. */
function watched(): { readonly disk: Disk; readonly calls: string[]; readonly fails: { what: RegExp | null } } {
  const calls: string[] = [];
  const fails: { what: RegExp | null } = { what: null };
  const call = <T>(name: string, path: string, real: () => Promise<T>): Promise<T> => {
    const said = `${name} ${path.split('/').slice(-2).join('/')}`;
    calls.push(said);
    return fails.what?.test(said) === true ? Promise.reject(Object.assign(new Error('EIO: made by the test'), { code: 'EIO', syscall: name })) : real();
  };
  const disk: Disk = {
    ...systemDisk,
    async create(path, how, mode) {
      const handle = await call('create', path, () => systemDisk.create(path, how, mode));
      return { ...handle, sync: () => call('flush', path, () => handle.sync()) };
    },
    mkdir: (path) => call('mkdir', path, () => systemDisk.mkdir(path)),
    rename: (from, to) => call('rename', to, () => systemDisk.rename(from, to)),
    syncFolder: (path) => call('names of', path, () => systemDisk.syncFolder(path)),
  };
  return { disk, calls, fails };
}

describe('an act over a share', () => {
  it('is answered once its entry is durable; its checkpoint and tidying follow, once for all acts that came meanwhile', async () => {
    const { disk, calls } = watched();
    const station = await stationOn({ disk });
    const before = checkpointSize(station) ?? 0;
    calls.length = 0;
    await tag(station, 'one');
    // Three files are flushed, then their names, then the entry has its number and the number its name.
    expect(calls.map((call) => call.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'TXN'))).toEqual([
      'mkdir staging/TXN',
      'mkdir TXN/claim',
      'create claim/body.salt',
      'create claim/body.json',
      'create claim/entry.json',
      'flush claim/body.salt',
      'flush claim/body.json',
      'flush claim/entry.json',
      'names of TXN/claim',
      'rename x000/002',
      'names of x000/x000',
      'names of staging/TXN',
    ]);
    await tag(station, 'two');
    expect(station.index.view.size).toBe(before + 2);
    expect(checkpointSize(station)).toBe(before);
    calls.length = 0;
    await station.ledger.completed();
    expect(checkpointSize(station)).toBe(before + 2);
    expect(calls.filter((call) => call === 'create ledger/checkpoint')).toHaveLength(1);
    expect(await staged(station)).toEqual([]);
  });

  it('that comes while the one before is completed has it signed with its own tree, and not again and again before anything is tidied up', async () => {
    // While the checkpoint is written a further act comes, three times.
    const more = ['two', 'three', 'four'];
    const left: number[] = [];
    const create: Disk['create'] = async (path, how, mode) => {
      if (path.endsWith('checkpoint')) left.push((await staged(station)).length);
      const name = path.endsWith('checkpoint') ? more.shift() : undefined;
      if (name !== undefined) await tag(station, name);
      return systemDisk.create(path, how, mode);
    };
    const station = await stationOn({ disk: { ...systemDisk, create } });
    const before = checkpointSize(station) ?? 0;
    await tag(station, 'one');
    left.length = 0;
    await station.ledger.completed();
    expect(more).toEqual([]);
    expect(checkpointSize(station)).toBe(before + 4);
    expect(left).toEqual([1, 1, 1, 1]);
    expect(await staged(station)).toEqual([]);
  });

  it('is completed by itself a moment later', async () => {
    const station = await stationOn();
    const { seq } = await tag(station, 'one');
    await expect.poll(() => checkpointSize(station), { timeout: 10_000 }).toBe(seq + 1);
    await station.ledger.completed();
  });

  it('stands where what follows fails, which is tried again before the next act and is told where it still fails', async () => {
    const { disk, fails } = watched();
    const station = await stationOn({ disk });
    fails.what = /checkpoint/;
    const { seq } = await tag(station, 'one');
    await expect(station.ledger.completed()).rejects.toMatchObject({ code: 'PLACE_AWAY', kept: 'What was acknowledged is in the ledger.' });
    await expect(tag(station, 'two')).rejects.toMatchObject({ code: 'PLACE_AWAY', kept: 'What was acknowledged is in the ledger.' });
    expect(station.index.view.size).toBe(seq + 1);
    fails.what = null;
    await tag(station, 'two');
    await station.ledger.completed();
    expect(checkpointSize(station)).toBe(seq + 2);
    expect(await staged(station)).toEqual([]);
  });

  it('is applied as another station reads it', async () => {
    const station = await stationOn();
    await tag(station, 'one');
    await station.ledger.completed();
    const other = await openStation(root, { key });
    await other.ledger.catchUp();
    expect(station.index.end()).toEqual(other.index.end());
    expect(station.index.effects).toEqual(other.index.effects);
  });
});

describe('a workstation that commits version after version of one dataset', () => {
  /** Time goes on only by waiting; `then` happens in the wait that passes `ms`. */
  function waiting(ms: number, then: () => Promise<void>): Clock & { readonly waited: () => number } {
    let waited = 0;
    return {
      ...systemClock,
      monotonic: () => waited,
      waited: () => waited,
      async sleep(more) {
        if (waited < ms && waited + more >= ms) await then();
        waited += more;
      },
    };
  }

  /** Commits twice while another station's draft of the dataset is at its claim, and comes through in the wait that passes `comesAfter` ms; answers how long the second one waited. */
  async function besides(comesAfter: number | null, leave: (claim: string) => Promise<void> = () => Promise.resolve()): Promise<{ waited: number; versions: number[] }> {
    let come = (): Promise<void> => Promise.resolve();
    const clock = waiting(comesAfter ?? Infinity, () => come());
    const station = await stationOn({ clock, completesBehind: false });
    const second = testKey();
    await enroll(station, second);
    const other = await openStation(root, { key: second, kind: 'share' });
    const draft = await draftOf(other, id, { 'b.txt': '2' });
    const claim = join(draft.folder, 'claim', 'body.salt');
    await mkdir(join(claim, '..'));
    await writeFile(claim, 'salt');
    await leave(claim);
    const first = await commitFiles(station, id, { 'c.txt': '3' });
    expect(existsSync(claim)).toBe(true);
    const before = clock.waited();
    come = async () => void (await commit(other, draft));
    const next = await commitFiles(station, id, { 'c.txt': '4' });
    return { waited: clock.waited() - before, versions: [first, next] };
  }

  it('lets another one through that is at its claim, and follows it', async () => {
    const { waited, versions } = await besides(500);
    expect(versions).toEqual([2, 4]);
    expect(waited).toBeLessThan(1_000);
  });

  it('waits ten seconds for one that does not come through, and never again for the same', async () => {
    const { waited, versions } = await besides(null);
    expect(versions).toEqual([2, 3]);
    expect(waited).toBeGreaterThanOrEqual(10_000);
    expect(waited).toBeLessThan(10_500);
  });

  it('does not wait for a claim that was left long ago', async () => {
    const { waited, versions } = await besides(null, (claim) => utimes(claim, new Date(Date.now() - 120_000), new Date(Date.now() - 120_000)));
    expect([waited, versions]).toEqual([0, [2, 3]]);
  });
});
