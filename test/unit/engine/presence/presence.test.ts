import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KeyId, LakeId, TxnId } from '../../../../src/contract/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import type { Clock } from '../../../../src/engine/clock.ts';
import { durableOn, lakePaths, systemDisk } from '../../../../src/engine/lake/index.ts';
import type { Disk, LakePaths } from '../../../../src/engine/lake/index.ts';
import { heartbeatFile, heartbeatText, lastSigns, Observer, Presence, STALE_MS } from '../../../../src/engine/presence/index.ts';
import { eventually } from '../../../builders/two-stations.ts';

const own = 'a'.repeat(64) as KeyId;
const other = 'b'.repeat(64) as KeyId;
const lake = '7d9f6c1e-2a4b-4c3d-8e5f-0123456789ab' as LakeId;
const txn = '01912d68-783e-7a53-8bb5-0123456789ab' as TxnId;
const at = '2024-08-12T15:02:00.000Z';

let folder: string;
let paths: LakePaths;
let now: number;
let clock: Clock;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hms-presence-'));
  paths = lakePaths(folder);
  await mkdir(paths.stations);
  now = 1_000_000;
  clock = { ...systemClock, monotonic: () => now };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const observed = (stations = [{ id: other, name: 'REC-07' }]) => ({ lake, paths, stations });
const beat = (counter: number, more: object = {}): string => heartbeatText({ v: 1, station: other, txn: null, counter, at, doing: 'ingesting', ...more } as never);
const put = (text: string): Promise<void> => writeFile(heartbeatFile(paths, other), text);
const draft = async (more: object = {}): Promise<void> => {
  await mkdir(paths.transaction(txn), { recursive: true });
  await writeFile(join(paths.transaction(txn), 'draft.json'), JSON.stringify({ base: null, dataset: 'WF-2024-07', lake, osUser: 'jalvarez', started: at, station: other, txn, v: 1, ...more }));
};

it('a station is there from its first change on, and gone when its file has not changed for a while by the own clock', async () => {
  const observer = new Observer(clock);
  await put(beat(1));
  expect(await observer.look(observed(), null)).toEqual([]);
  now += 20_000;
  expect(await observer.look(observed(), null)).toEqual([]);
  await put(beat(2));
  expect((await observer.look(observed(), null)).map(({ name, doing, since }) => [name, doing, since])).toEqual([['REC-07', 'ingesting', at]]);
  now += STALE_MS - 1;
  expect(await observer.look(observed(), null)).toHaveLength(1);
  now += 1;
  expect(await observer.look(observed(), null)).toEqual([]);
  await put(beat(3));
  expect(await observer.look(observed(), null)).toHaveLength(1);
});

it('one that was written a moment ago by the file server\'s own clock is there at once, whatever the clocks of the two computers say', async () => {
  await put(beat(1, { at: '2031-01-01T00:00:00.000Z' }));
  const { modified } = (await lastSigns(observed()))[0] ?? { modified: 0 };
  expect(await new Observer(clock).look(observed(), modified + 5_000)).toHaveLength(1);
  expect(await new Observer(clock).look(observed(), modified + STALE_MS)).toEqual([]);
  expect(await new Observer(clock).look(observed(), modified - STALE_MS)).toEqual([]);
});

it('dataset and account come from the draft, where that is of this lake and of that station', async () => {
  await put(beat(1, { txn }));
  const seen = async () => (await lastSigns(observed())).map(({ dataset, account }) => [dataset, account]);
  expect(await seen()).toEqual([[null, null]]);
  await draft();
  expect(await seen()).toEqual([['WF-2024-07', 'jalvarez']]);
  await draft({ station: own });
  expect(await seen()).toEqual([[null, null]]);
  await draft({ lake: '00000000-2a4b-4c3d-8e5f-0123456789ab' });
  expect(await seen()).toEqual([[null, null]]);
  await draft({ osUser: `a\u202e\n${'b'.repeat(100)}` });
  expect(await seen()).toEqual([['WF-2024-07', `a${'b'.repeat(63)}`]]);
});

const hostile: readonly (readonly [string, () => Promise<void> | void])[] = [
  ['junk', () => put('{"v":1')],
  ['no file but a folder', () => void mkdir(heartbeatFile(paths, other))],
  ['another station\'s', () => put(beat(1, { station: own }))],
  ['of a later version', () => put(beat(1, { v: 2 }))],
  ['huge', () => put(beat(1).padEnd(10_000_000, ' '))],
  ['without a counter', () => put(beat(1).replace('"counter":1,', ''))],
  ['a link to a heartbeat', async () => {
    await writeFile(join(folder, 'elsewhere'), beat(1));
    await symlink(join(folder, 'elsewhere'), heartbeatFile(paths, other));
  }],
  ['a pipe that nobody writes to', () => void execFileSync('mkfifo', [heartbeatFile(paths, other)])],
];

it('what is no heartbeat hurts nobody: junk, folders, huge files, links, pipes, another station\'s', async (ctx) => {
  ctx.skip(process.platform === 'win32', 'Windows has no pipes in folders');
  for (const [what, make] of hostile) {
    await rm(paths.stations, { recursive: true });
    await mkdir(paths.stations);
    await make();
    expect(await lastSigns(observed()), what).toEqual([]);
  }
});

it('files of stations that are not enrolled are not looked at', async () => {
  await put(beat(1));
  expect(await lastSigns(observed([]))).toEqual([]);
});

it('a word of a newer program says no more than that someone is there', async () => {
  await put(beat(1, { doing: 'dreaming' }));
  expect((await lastSigns(observed())).map(({ doing }) => doing)).toEqual(['idle']);
});

const attached = (disk: Disk = systemDisk): Presence => {
  const presence = new Presence(systemClock);
  presence.attach({ paths, durable: durableOn(disk, { kind: 'journaled', name: 'ext4' }, systemClock), station: other });
  return presence;
};
const written = async (): Promise<{ doing: string; counter: number; txn: string | null } | null> => {
  const text = await readFile(heartbeatFile(paths, other), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as { doing: string; counter: number; txn: string | null });
};

it('a program that stays says that it is there, then what it does, and takes that away when it ends', async () => {
  const presence = attached();
  presence.stay();
  await eventually(written, (is) => is?.doing === 'idle');
  const ends = presence.works('ingesting', txn);
  expect(await eventually(written, (is) => is?.doing === 'ingesting')).toMatchObject({ txn, counter: 2 });
  ends();
  await eventually(written, (is) => is?.doing === 'idle');
  await presence.close();
  expect(await readdir(paths.stations)).toEqual([]);
});

it('what is over in less than a second is not written at all', async () => {
  const presence = attached();
  presence.works('committing')();
  await presence.close();
  expect(await readdir(paths.stations)).toEqual([]);
});

it('of two programs of one station the one that does more is shown, and who only stays holds back', async () => {
  const [window, command] = [attached(), attached()];
  const ends = command.works('ingesting', txn);
  await eventually(written, (is) => is?.doing === 'ingesting');
  window.stay();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await written()).toMatchObject({ doing: 'ingesting', txn });
  ends();
  await window.close();
  expect(await written()).toMatchObject({ doing: 'ingesting' });
  await command.close();
  expect(await written()).toBeNull();
});

it('a disk that refuses heartbeats, or does not answer, stops nobody', async () => {
  const refusing = attached({ ...systemDisk, create: () => Promise.reject(Object.assign(new Error('read-only'), { code: 'EROFS' })) });
  refusing.stay();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await refusing.close();
  const silent = attached({ ...systemDisk, create: () => new Promise(() => undefined) });
  silent.stay();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const begun = performance.now();
  await silent.close();
  expect(performance.now() - begun).toBeLessThan(2_000);
});
