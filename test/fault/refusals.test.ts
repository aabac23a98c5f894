import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HmsError } from '../../src/contract/index.ts';
import type { DatasetId, ErrorCode, Tag } from '../../src/contract/index.ts';
import { systemClock } from '../../src/engine/clock.ts';
import { addTag, createDataset } from '../../src/engine/datasets/index.ts';
import { commit, myDraft } from '../../src/engine/drafting.ts';
import { forkLake } from '../../src/engine/fork.ts';
import { objectFolder, systemDisk } from '../../src/engine/lake/index.ts';
import type { Disk } from '../../src/engine/lake/index.ts';
import { openToRead } from '../../src/engine/open.ts';
import type { WritableLake } from '../../src/engine/open.ts';
import { enrollStation, requestEnrolment } from '../../src/engine/stations.ts';
import { acceptClockNow } from '../../src/engine/upkeep.ts';
import { verify } from '../../src/verify/index.ts';
import { errorsOf, expectVersion, FaultPlace, misfit, patientClock } from '../builders/fault/fault-place.ts';
import { DATASET, within } from '../builders/fault/scenario.ts';
import { firstFiles } from '../builders/fault/sources.ts';
import { SmallDisk } from '../builders/fault/small-disk.ts';
import { saveTemplates } from '../builders/fault/templates.ts';
import { commitTexts, putTexts } from '../builders/fault/texts.ts';

/** What is refused, in which words, what goes on all the same, and how work goes on afterwards. */

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  await saveTemplates(place);
});
afterAll(() => place.remove());
beforeEach(() => place.restore('one version'));

const plain = { message: null, tags: [] } as const;
const versionOne = { dataset: DATASET, version: 1 } as const;
const tag = (text: string): Tag => text as Tag;

async function refused(work: Promise<unknown>, code: ErrorCode): Promise<HmsError> {
  const error: unknown = await work.then(
    () => 'nothing was refused',
    (caught: unknown) => caught,
  );
  expect(misfit(error)).toBeNull();
  expect((error as HmsError).code).toBe(code);
  return error as HmsError;
}

async function expectClean(): Promise<void> {
  expect(errorsOf(await place.verify())).toEqual([]);
}

const MINUTE = 60_000;
const clockOff = (minutes: number) => patientClock({ now: () => systemClock.now() + minutes * MINUTE });

describe('a clock that is wrong', () => {
  it.each([-10, 10])('stops all writing but its own acceptance, and then goes on (%i minutes)', async (minutes) => {
    await within(place.options({ clock: clockOff(minutes) }), place, async (lake) => {
      const size = lake.catalog.position().size;
      const error = await refused(addTag(lake, versionOne, tag('early')), 'CLOCK_WRONG');
      expect(error.message).toMatch(/^This computer's clock says \S+, the disk or share says \S+\.$/);
      await putTexts(lake, place.base, DATASET, { 'kept.txt': 'kept' });
      await refused(commit(lake, DATASET, plain), 'CLOCK_WRONG');
      expect(lake.catalog.position().size).toBe(size);
      const { offset } = await acceptClockNow(lake, 'The time server is being moved.');
      expect(Math.abs(offset - minutes * MINUTE)).toBeLessThan(10_000);
      await addTag(lake, versionOne, tag('late'));
      await commit(lake, DATASET, plain);
      await expectVersion(lake, DATASET, 2, { ...firstFiles, 'kept.txt': 'kept' });
    });
    await expectClean();
    // The clock is set right: again a change of more than five minutes.
    await within(place.options(), place, async (lake) => {
      const backwards = minutes > 0 ? /the ledger's last entry was made|the disk or share says/ : /the disk or share says/;
      expect((await refused(addTag(lake, versionOne, tag('right')), 'CLOCK_WRONG')).message).toMatch(backwards);
      await acceptClockNow(lake, 'It was set right.');
      // Entries of the fast clock lie ahead; `at` goes on from them all the same.
      await addTag(lake, versionOne, tag('right'));
    });
    await expectClean();
  });

  it('that is four minutes off is let pass, and the ledger stays in order', async () => {
    await within(place.options({ clock: clockOff(4) }), place, async (lake) => void (await addTag(lake, versionOne, tag('fast'))));
    await within(place.options({ clock: clockOff(-0.5) }), place, async (lake) => {
      const { entry } = await addTag(lake, versionOne, tag('slow'));
      const before = lake.catalog.entry(entry.seq - 1);
      expect(entry.at > (before?.at ?? '')).toBe(true);
      expect(entry.clock < (before?.clock ?? '')).toBe(true);
    });
    await expectClean();
  });
});

describe('something that is no entry at the ledger\'s next number', () => {
  const junk: readonly (readonly [string, (folder: string) => void])[] = [
    ['a folder with other files', (folder) => (mkdirSync(folder, { recursive: true }), writeFileSync(join(folder, 'notes.txt'), 'mine'))],
    ['an empty folder', (folder) => mkdirSync(folder, { recursive: true })],
    ['a file', (folder) => (mkdirSync(join(folder, '..'), { recursive: true }), writeFileSync(folder, 'mine'))],
    ['a folder whose entry.json is a folder', (folder) => mkdirSync(join(folder, 'entry.json'), { recursive: true })],
  ];
  it.each(junk)('stops writing and not reading, and nothing is lost: %s', async (_, make) => {
    const lake = await place.open();
    await putTexts(lake, place.base, DATASET, { 'kept.txt': 'kept' });
    const next = lake.paths.entry(lake.catalog.position().size);
    make(next);
    const error = await refused(addTag(lake, versionOne, tag('x')), 'LEDGER_BLOCKED');
    expect(error.message).toContain(next);
    await refused(commit(lake, DATASET, plain), 'LEDGER_BLOCKED');
    await lake.close();

    const again = await place.open();
    await refused(addTag(again, versionOne, tag('x')), 'LEDGER_BLOCKED');
    await expectVersion(again, DATASET, 1, firstFiles);
    expect(existsSync(next)).toBe(true);
    rmSync(next, { recursive: true });
    await addTag(again, versionOne, tag('x'));
    await commit(again, DATASET, plain);
    await expectVersion(again, DATASET, 2, { ...firstFiles, 'kept.txt': 'kept' });
    await again.close();
    await expectClean();
  });
});

describe('a version that no entry names', () => {
  it('stops commits of its dataset only, is left alone, and commits go on when it is gone', async () => {
    const lake = await place.open();
    const foreign = join(objectFolder(lake.paths, 'store', DATASET), 'v2');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'inventory.json'), '{}');
    await putTexts(lake, place.base, DATASET, { 'kept.txt': 'kept' });
    await refused(commit(lake, DATASET, plain), 'DATASET_FOREIGN');
    expect(await commitTexts(lake, place.base, 'OTHER', { 'a.txt': 'a' })).toBe(1);
    const report = await place.verify();
    expect(report.findings.filter((finding) => finding.severity !== 'note').map((finding) => finding.code)).toEqual(['FOREIGN_VERSION']);
    rmSync(foreign, { recursive: true });
    await commit(lake, DATASET, plain);
    await expectVersion(lake, DATASET, 2, { ...firstFiles, 'kept.txt': 'kept' });
    await lake.close();
    await expectClean();
  });

  it('stops the first commit of a dataset where a whole object is foreign', async () => {
    const lake = await place.open();
    const object = objectFolder(lake.paths, 'store', 'OTHER' as DatasetId);
    mkdirSync(join(object, 'v1'), { recursive: true });
    writeFileSync(join(object, '0=ocfl_object_1.1'), 'ocfl_object_1.1\n');
    await putTexts(lake, place.base, 'OTHER', { 'kept.txt': 'kept' });
    await refused(commit(lake, 'OTHER' as DatasetId, plain), 'DATASET_FOREIGN');
    rmSync(object, { recursive: true });
    await commit(lake, 'OTHER' as DatasetId, plain);
    await expectVersion(lake, 'OTHER', 1, { 'kept.txt': 'kept' });
    await lake.close();
    await expectClean();
  });
});

/** A second station, enrolled; its profile is `place.secondProfile`. */
async function enrolSecond(): Promise<void> {
  const asking = await openToRead(place.options({ profile: place.secondProfile }));
  const { id16 } = await requestEnrolment(asking);
  await asking.close();
  await within(place.options(), place, async (lake) => void (await enrollStation(lake, id16, null)));
}

async function readOnlyBecause(code: ErrorCode): Promise<void> {
  const lake = await openToRead(place.options());
  expect(lake.readOnly?.code).toBe(code);
  expect(misfit(lake.readOnly)).toBeNull();
  await expectVersion(lake, DATASET, 1, firstFiles);
  await lake.close();
  await refused(place.open(), code);
}

/** The fork goes on: old versions are there, new ones can be made, and the check finds nothing. */
async function expectGoesOn(was: string): Promise<void> {
  await within(place.options(), place, async (lake) => {
    expect(lake.lake.id).not.toBe(was);
    await expectVersion(lake, DATASET, 1, firstFiles);
    expect(await commitTexts(lake, place.base, DATASET, { 'after-the-fork.txt': 'new' })).toBe(2);
    await addTag(lake, versionOne, tag('after'));
    await expectVersion(lake, DATASET, 2, { ...firstFiles, 'after-the-fork.txt': 'new' });
  });
  const report = await place.verify();
  expect(report.findings.filter((finding) => finding.severity !== 'note')).toEqual([]);
  // A catalog from nothing says the same.
  place.restoreCatalog(null);
  await within(place.options(), place, (lake) => expectVersion(lake, DATASET, 2, { ...firstFiles, 'after-the-fork.txt': 'new' }));
}

describe('a copy of a lake', () => {
  it('that is older than what this station has seen opens read-only, and goes on as a fork', async () => {
    const copy = join(place.base, 'copy');
    cpSync(place.lake, copy, { recursive: true });
    await within(place.options(), place, async (lake) => void (await addTag(lake, versionOne, tag('newer'))));
    rmSync(place.lake, { recursive: true });
    cpSync(copy, place.lake, { recursive: true });
    rmSync(copy, { recursive: true });

    await readOnlyBecause('LAKE_OLDER_THAN_SEEN');
    const { from, size } = await forkLake(place.options(), 'The newer copy burned.');
    expect(size).toBe(3);
    await expectGoesOn(from);
  });

  it('that was continued elsewhere opens read-only, and goes on as a fork', async () => {
    await enrolSecond();
    const copy = join(place.base, 'copy');
    cpSync(place.lake, copy, { recursive: true });
    await within(place.options(), place, async (lake) => void (await addTag(lake, versionOne, tag('here'))));
    rmSync(place.lake, { recursive: true });
    cpSync(copy, place.lake, { recursive: true });
    rmSync(copy, { recursive: true });
    await within(place.options({ profile: place.secondProfile }), place, async (lake) => {
      await addTag(lake, versionOne, tag('there'));
      await addTag(lake, versionOne, tag('and-there'));
    });

    await readOnlyBecause('LAKE_FORKED');
    const { from, size } = await forkLake(place.options(), 'Both went on; this one is kept.');
    expect(size).toBe(6);
    await expectGoesOn(from);
    // The other station saw none of this: for it the lake is another one, in which it is enrolled still.
    await within(place.options({ profile: place.secondProfile }), place, async (lake) => void (await addTag(lake, versionOne, tag('second'))));
    await expectClean();
  });

  it('of a forked lake can be forked again', async () => {
    const first = await forkLake(place.options(), 'once');
    const second = await forkLake(place.options(), 'twice');
    expect([second.from, second.size]).toEqual([first.id, 1]);
    await expectGoesOn(second.from);
  });
});

describe('a version whose commit was interrupted', () => {
  async function expectReadable(lakeFolder: string, profile: string): Promise<void> {
    const lake = await openToRead({ folder: lakeFolder, profile, inMemory: true });
    await expectVersion(lake, DATASET, 1, firstFiles);
    await lake.close();
    const report = await verify(lakeFolder, { workers: 0 });
    expect(errorsOf(report)).toEqual([]);
    expect(report.findings.map((finding) => finding.code)).toContain('INTERRUPTED_COMMIT');
  }

  it('is read from staging on a disk that refuses every write, and verifies as interrupted', async () => {
    place.restore('interrupted');
    const refusing = new Proxy(systemDisk, {
      get: () => () => Promise.reject(Object.assign(new Error('EROFS: made by the test'), { code: 'EROFS' })),
    }) as Disk;
    await expectReadable(place.lake, place.profile);
    const error = await refused(place.open({ disk: refusing }), 'NO_PERMISSION');
    expect(error.message).not.toBe('');
    await expectReadable(place.lake, place.profile);
    const lake = await place.open();
    expect(lake.recovery.placed.map((version) => version.dataset)).toEqual([DATASET]);
    await expectVersion(lake, DATASET, 1, firstFiles);
    await lake.close();
    await expectClean();
    expect((await place.verify()).findings.map((finding) => finding.code)).not.toContain('INTERRUPTED_COMMIT');
  });

  it('is read from staging on a medium that is mounted read-only, and verifies as interrupted', async (context) => {
    const disk = SmallDisk.mount(4);
    if (typeof disk === 'string') return context.skip(disk);
    try {
      place.restore('interrupted');
      const lake = join(disk.folder, 'lake');
      cpSync(place.lake, lake, { recursive: true, preserveTimestamps: true });
      disk.remount('ro');
      await expectReadable(lake, place.profile);
      const error = await refused(place.open({ folder: lake }), 'NO_PERMISSION');
      expect(error.message).toContain('read-only');
      disk.remount('rw');
      const open: WritableLake = await place.open({ folder: lake });
      await createDataset(open, 'AFTERWARDS' as DatasetId, []);
      expect(await myDraft(open, DATASET)).toBeNull();
      await open.close();
      expect(errorsOf(await verify(lake, { workers: 0 }))).toEqual([]);
    } finally {
      disk.unmount();
    }
  });
});
