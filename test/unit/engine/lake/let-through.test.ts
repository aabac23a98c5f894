import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tag } from '../../../../src/contract/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import type { Clock } from '../../../../src/engine/clock.ts';
import { lakePaths } from '../../../../src/engine/lake/index.ts';
import type { LakePaths, Place } from '../../../../src/engine/lake/index.ts';
import { LetThrough } from '../../../../src/engine/lake/let-through.ts';
import { newTxn } from '../../../../src/engine/lake/txn.ts';
import { commitFiles, makeLake, openStation, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';
import type { DatasetId } from '../../../../src/contract/index.ts';

/** Who acts again and again over a share lets one through that tries for long. */

/** The file server's time at the beginning. */
const SERVER = Date.parse('2031-05-01T12:00:00Z');
const share: Place = { kind: 'share', name: 'nfs' } as Place;

let paths: LakePaths;
let remove: () => Promise<void>;
let waited: number;
let meanwhile: () => Promise<void>;
let clock: Clock;
let one: LetThrough;
/** Transactions that are in the ledger. */
let done: Set<string>;
beforeEach(async () => {
  const folder = await temporaryFolder('hms-let-through-');
  remove = folder.remove;
  paths = lakePaths(join(folder.path, 'lake'));
  await mkdir(paths.staging, { recursive: true });
  waited = 0;
  done = new Set();
  meanwhile = () => Promise.resolve();
  clock = {
    ...systemClock,
    monotonic: () => waited,
    async sleep(ms) {
      waited += ms;
      await meanwhile();
    },
  };
  one = new LetThrough();
  one.noteServerTime(SERVER, clock);
});
afterEach(() => remove());

/** A claim whose words were written so many seconds ago by the server's clock. */
async function claim(seconds: number): Promise<string> {
  const folder = join(paths.transaction(newTxn(systemClock)), 'claim');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'body.salt'), 'salt');
  const then = new Date(SERVER - seconds * 1_000);
  await utimes(join(folder, 'body.salt'), then, then);
  return folder;
}

/** So many acts, one right after the other; answers how long each waited, ms. */
async function acts(count: number, place = share): Promise<number[]> {
  const each: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = waited;
    await one.before({ paths, place, clock, notDone: (txns) => txns.filter((txn) => !done.has(txn)) });
    each.push(waited - before);
  }
  return each;
}

const none = (count: number): number[] => Array.from({ length: count }, () => 0);

describe('who acts in a row over a share', () => {
  it('waits at each eighth act until one that tries for four seconds is through', async () => {
    const folder = await claim(4);
    await claim(1);
    meanwhile = async () => void (waited >= 700 && (await rm(folder, { recursive: true })));
    expect(await acts(17)).toEqual([...none(7), 700, ...none(9)]);
  });

  it('waits ten seconds at most, and once for the same', async () => {
    await claim(4);
    expect(await acts(24)).toEqual([...none(7), 10_000, ...none(16)]);
  });

  it('waits for one that tries its act anew with other words', async () => {
    const folder = await claim(4);
    expect(await acts(8)).toEqual([...none(7), 10_000]);
    await utimes(join(folder, 'body.salt'), new Date(SERVER), new Date(SERVER));
    expect(await acts(8)).toEqual([...none(7), 10_000]);
  });

  it.each([
    ['tries for less than three seconds', 2],
    ['was left two minutes ago', 130],
  ])('does not wait for one that %s', async (_, seconds) => {
    await claim(seconds);
    expect(await acts(16)).toEqual(none(16));
  });

  it('does not wait for one that is in the ledger already, and is only not tidied up', async () => {
    done.add(basename(dirname(await claim(4))));
    expect(await acts(16)).toEqual(none(16));
    await claim(4);
    expect(await acts(8)).toEqual([...none(7), 10_000]);
  });

  it('does not wait for drafts, nor for what is no transaction', async () => {
    await mkdir(paths.transaction(newTxn(systemClock)));
    await mkdir(join(paths.staging, 'notes', 'claim'), { recursive: true });
    await writeFile(join(paths.staging, 'notes', 'claim', 'body.salt'), 'salt');
    await utimes(join(paths.staging, 'notes', 'claim', 'body.salt'), new Date(SERVER - 4_000), new Date(SERVER - 4_000));
    expect(await acts(16)).toEqual(none(16));
  });

  it('does not look where it pauses for more than five seconds, for that is a gap for others', async () => {
    await claim(4);
    expect(await acts(7)).toEqual(none(7));
    waited += 5_001;
    expect(await acts(7)).toEqual(none(7));
  });

  it('does not look on a disk of its own, nor before it knows the time of the server', async () => {
    await claim(4);
    expect(await acts(16, { kind: 'journaled', name: 'ext4' } as Place)).toEqual(none(16));
    one = new LetThrough();
    expect(await acts(16)).toEqual(none(16));
  });
});

it('acts of the ledger look in this way', async () => {
  const key = testKey();
  await rm(paths.root, { recursive: true });
  await makeLake(paths.root, key);
  await commitFiles(await openStation(paths.root, { key }), 'WF' as DatasetId, { 'a.txt': '1' });
  const station = await openStation(paths.root, { key, kind: 'share', clock });
  await station.ledger.catchUp();
  const folder = join(paths.transaction(newTxn(systemClock)), 'claim');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'body.salt'), 'salt');
  const then = new Date(Date.now() - 10_000);
  await utimes(join(folder, 'body.salt'), then, then);
  const each: number[] = [];
  for (let i = 0; i < 9; i++) {
    const before = waited;
    await station.ledger.act(key, { op: 'tag.added', subject: 'version:WF:v1', head: { tag: `t${i}` as Tag } });
    each.push(waited - before);
  }
  expect(each).toEqual([...none(7), 10_000, 0]);
});
