import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId } from '../../../../src/contract/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import type { Clock } from '../../../../src/engine/clock.ts';
import { durableOn, objectFolder, placeVersion, systemDisk } from '../../../../src/engine/lake/index.ts';
import type { Disk } from '../../../../src/engine/lake/index.ts';
import { commit, commitFiles, draftOf, enroll, makeLake, openStation, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';
import type { TestStation } from '../../../builders/lake/small-lake.ts';

/** A share that shows for a while what was, and not what is. */

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  const folder = await temporaryFolder('hms-slow-share-');
  remove = folder.remove;
  root = join(folder.path, 'lake');
});
afterEach(() => remove());

/** Time goes on only by waiting; `then` happens in the wait that passes `ms`. */
function waiting(ms: number, then: () => void): Clock {
  let waited = 0;
  return {
    ...systemClock,
    monotonic: () => waited,
    sleep: (more) => {
      if (waited < ms && waited + more >= ms) then();
      waited += more;
      return Promise.resolve();
    },
  };
}

const id = 'WF' as DatasetId;

async function firstStation(): Promise<TestStation> {
  const key = testKey();
  await makeLake(root, key);
  const station = await openStation(root, { key });
  await commitFiles(station, id, { 'a.txt': '1' });
  return station;
}

describe('a version that another station has just put in place', () => {
  async function hidden(kind: 'share' | 'journaled', shownAfter: number): Promise<string> {
    const { ledger } = await firstStation();
    const folder = join(objectFolder(ledger.context.paths, 'store', id), 'v1');
    const other = await openStation(root, { kind, clock: waiting(shownAfter, () => renameSync(`${folder}.hidden`, folder)) });
    await other.ledger.catchUp();
    const version = other.index.claimedVersion(id, 1);
    if (version === null) throw new Error('The version is not in the ledger.');
    renameSync(folder, `${folder}.hidden`);
    return placeVersion(other.ledger.context.paths, version, other.ledger.context.durable);
  }

  it('is waited for on a share that does not show it yet', async () => {
    expect(await hidden('share', 2_500)).toBe('there');
  });

  it('is called lost where it does not come within three seconds', async () => {
    expect(await hidden('share', 3_500)).toBe('lost');
  });

  it('is not waited for on a local disk, which shows what is', async () => {
    expect(await hidden('journaled', 100)).toBe('lost');
  });
});

describe('a version whose entry a share does not show yet', () => {
  /** A second station commits while the entry of the first one's v2 is hidden. */
  async function commits(kind: 'share' | 'journaled', shownAfter: number): Promise<number> {
    const first = await firstStation();
    const key = testKey();
    await enroll(first, key);
    const entry = first.ledger.context.paths.entry(first.index.view.size);
    const second = await openStation(root, { key, kind, clock: waiting(shownAfter, () => renameSync(`${entry}.hidden`, entry)) });
    const draft = await draftOf(second, id, { 'b.txt': '2' });
    expect(await commitFiles(first, id, { 'a.txt': '3' })).toBe(2);
    expect(existsSync(entry)).toBe(true);
    renameSync(entry, `${entry}.hidden`);
    return (await commit(second, draft)).version;
  }

  it('is not taken for a stranger: the entry is waited for, and the next version follows it', async () => {
    expect(await commits('share', 9_000)).toBe(3);
  });

  it('is a stranger after ten seconds, and at once on a local disk', async () => {
    await expect(commits('share', 12_000)).rejects.toMatchObject({ code: 'DATASET_FOREIGN' });
    await remove();
    await expect(commits('journaled', 400)).rejects.toMatchObject({ code: 'DATASET_FOREIGN' });
  });
});

describe('a folder that a share calls full although all in it was removed', () => {
  async function removed(kind: 'share' | 'journaled', refusals: number): Promise<{ readonly tries: number; readonly left: readonly string[] }> {
    const folder = join(root, 'staging', 'x');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'file'), 'x');
    let tries = 0;
    const disk: Disk = {
      ...systemDisk,
      rmdir: (path) => (++tries <= refusals ? Promise.reject(Object.assign(new Error('ENOTEMPTY'), { code: 'ENOTEMPTY' })) : systemDisk.rmdir(path)),
    };
    await durableOn(disk, { kind, name: 'test' }, waiting(0, () => undefined)).removeTree(folder);
    return { tries, left: await readdir(join(root, 'staging')) };
  }

  it('is asked for again until it goes', async () => {
    expect(await removed('share', 20)).toEqual({ tries: 21, left: [] });
  });

  it('is given up on after five seconds, and at once on a local disk', async () => {
    await expect(removed('share', 50)).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    await expect(removed('journaled', 1)).rejects.toMatchObject({ code: 'ENOTEMPTY' });
  });

  it('keeps no act from being done: what an act no longer needs is left there on a share, and told on a local disk', async () => {
    const first = await firstStation();
    const acts = async (kind: 'share' | 'journaled'): Promise<number> => {
      const disk: Disk = { ...systemDisk, rmdir: () => Promise.reject(Object.assign(new Error('ENOTEMPTY'), { code: 'ENOTEMPTY', syscall: 'rmdir' })) };
      const station = await openStation(root, { key: first.key, kind, disk, clock: waiting(0, () => undefined) });
      await station.ledger.act(station.key, { op: 'dataset.described', subject: `dataset:${id}`, head: { description: { title: kind } } });
      return station.index.view.size;
    };
    const { size } = first.index.view;
    expect(await acts('share')).toBe(size + 1);
    const [left] = await readdir(join(root, 'staging'));
    expect(await readdir(join(root, 'staging', left ?? ''))).toEqual([]);
    await expect(acts('journaled')).rejects.toThrow('Completing the ledger failed');
  });
});
