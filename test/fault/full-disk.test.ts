import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { HmsError } from '../../src/contract/index.ts';
import type { DatasetId, Tag } from '../../src/contract/index.ts';
import { addTag } from '../../src/engine/datasets/index.ts';
import { commit, put } from '../../src/engine/drafting.ts';
import { exportVersion } from '../../src/engine/export.ts';
import { versionOf } from '../../src/engine/files.ts';
import { initLake } from '../../src/engine/init.ts';
import { openToRead, openToWrite } from '../../src/engine/open.ts';
import type { WritableLake } from '../../src/engine/open.ts';
import { verify } from '../../src/verify/index.ts';
import { errorsOf, expectVersion, misfit } from '../builders/fault/fault-place.ts';
import type { Files } from '../builders/fault/fault-place.ts';
import { quiet } from '../builders/fault/scenario.ts';
import { SmallDisk } from '../builders/fault/small-disk.ts';

/** A real file system of 2 MB that is full: put, commit, tag and export say so, lose nothing, and work when there is room again. */

const dataset = 'FULL' as DatasetId;
const plain = { message: null, tags: [] } as const;
let disk: SmallDisk | string;
let outside: string;
let lake: WritableLake;

async function prepare(context: TestContext): Promise<SmallDisk> {
  if (typeof disk === 'string') context.skip(disk);
  const small = disk as SmallDisk;
  const made = await initLake({ folder: join(small.folder, 'lake'), profile: join(outside, 'profile'), zone: 'America/New_York' });
  lake = made.lake;
  return small;
}

beforeEach(() => {
  disk = SmallDisk.mount(2);
  outside = mkdtempSync(join(tmpdir(), 'hms-outside-'));
});

afterEach(async () => {
  await lake?.close();
  if (typeof disk !== 'string') disk.unmount();
  rmSync(outside, { recursive: true });
});

function source(files: Files): { kind: 'path'; path: string }[] {
  const folder = join(outside, 'in');
  rmSync(folder, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(outside, name, '..'), { recursive: true });
    writeFileSync(join(outside, name), bytes);
  }
  return [{ kind: 'path', path: folder }];
}

async function refusal(work: Promise<unknown>): Promise<HmsError> {
  const error: unknown = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(misfit(error)).toBeNull();
  expect((error as HmsError).code).toBe('NO_SPACE');
  expect((error as HmsError).message).toMatch(/: the disk is full\.$/);
  return error as HmsError;
}

async function expectWhole(): Promise<void> {
  expect(errorsOf(await verify(lake.paths.root, { workers: 0 }))).toEqual([]);
}

describe('on a disk that is full', () => {
  it('a put stops, keeps what was complete, and goes on when there is room', async (context) => {
    const small = await prepare(context);
    const files = { 'in/a.txt': 'small', 'in/b.bin': Buffer.alloc(3 << 20, 'large '), 'in/c.txt': 'small too' };
    const error = await refusal(put(lake, dataset, source(files), quiet));
    expect(error.kept).toBe('What was copied before is kept in the draft.');
    await expectWhole();
    small.resize(16);
    const report = await put(lake, dataset, [{ kind: 'path', path: join(outside, 'in') }], quiet);
    expect([report.problems, report.files + report.resumed]).toEqual([[], 3]);
    await commit(lake, dataset, plain);
    await expectVersion(lake, dataset, 1, files);
    await expectWhole();
  });

  it('a commit stops at whatever page the disk ends, and succeeds when there is room', async (context) => {
    const small = await prepare(context);
    let refusals = 0;
    for (let pages = 0, version = 1; refusals === pages; pages++) {
      const files: Files = { 'in/a.txt': `version ${version}`, 'in/b.txt': 'always the same' };
      await put(lake, dataset, source(files), { ...quiet, inline: true });
      small.fill(pages);
      const done = await commit(lake, dataset, plain).then(
        () => true,
        (error: unknown) => {
          expect(misfit(error)).toBeNull();
          expect((error as HmsError).code).toBe('NO_SPACE');
          return false;
        },
      );
      if (!done) refusals++;
      await expectWhole();
      small.free();
      await lake.refresh();
      // A commit that failed after its claim is done all but for the tidying, and says so.
      if (lake.catalog.version(dataset, version) === null) await commit(lake, dataset, plain);
      await lake.close();
      lake = await openToWrite({ folder: lake.paths.root, profile: lake.profile, grace: 0 });
      await expectVersion(lake, dataset, version, files);
      await expectWhole();
      version++;
    }
    console.info(`a commit was refused at ${refusals} different ends of the disk`);
    expect(refusals).toBeGreaterThan(5);
  });

  it('a tag stops at whatever page the disk ends, and succeeds when there is room', async (context) => {
    const small = await prepare(context);
    await put(lake, dataset, source({ 'in/a.txt': 'a' }), { ...quiet, inline: true });
    await commit(lake, dataset, plain);
    let refusals = 0;
    for (let pages = 0; refusals === pages; pages++) {
      small.fill(pages);
      const tag = `t${pages}` as Tag;
      const done = await addTag(lake, { dataset, version: 1 }, tag).then(
        () => true,
        (error: unknown) => {
          expect(misfit(error)).toBeNull();
          expect((error as HmsError).code).toBe('NO_SPACE');
          return false;
        },
      );
      if (!done) refusals++;
      await expectWhole();
      small.free();
      await lake.refresh();
      if (!(lake.catalog.version(dataset, 1)?.tags.includes(tag) ?? false)) await addTag(lake, { dataset, version: 1 }, tag);
      expect(lake.catalog.version(dataset, 1)?.tags).toContain(tag);
      await expectWhole();
    }
    console.info(`a tag was refused at ${refusals} different ends of the disk`);
    expect(refusals).toBeGreaterThan(3);
  });

  it('an export onto it leaves nothing behind, and the lake knows of none', async (context) => {
    const small = await prepare(context);
    await put(lake, dataset, source({ 'in/a.bin': Buffer.alloc(600_000, 'a') }), { ...quiet, inline: true });
    await commit(lake, dataset, plain);
    const target = join(small.folder, 'package.zip');
    small.fill(100);
    await refusal(exportVersion(lake, versionOf(lake, dataset), target, quiet));
    small.free();
    expect(readdirSync(small.folder)).toEqual(['lake']);
    expect(lake.catalog.exports(dataset)).toEqual([]);
    await exportVersion(lake, versionOf(lake, dataset), target, quiet);
    expect((await verify(target, { workers: 0 })).clean).toBe(true);
  });

  it('everything can be read and checked, without a byte to spare', async (context) => {
    const small = await prepare(context);
    const files = { 'in/a.txt': 'a' };
    await put(lake, dataset, source(files), { ...quiet, inline: true });
    await commit(lake, dataset, plain);
    small.fill(0);
    const reader = await openToRead({ folder: lake.paths.root, profile: join(outside, 'other-profile') });
    await expectVersion(reader, dataset, 1, files);
    await reader.close();
    await expectWhole();
  });
});

describe('on a disk that became read-only', () => {
  it('everything can be read and checked, and writing is refused with what to do', async (context) => {
    const small = await prepare(context);
    const files = { 'in/a.txt': 'a' };
    await put(lake, dataset, source(files), { ...quiet, inline: true });
    await commit(lake, dataset, plain);
    small.remount('ro');
    const error: unknown = await addTag(lake, { dataset, version: 1 }, 'x' as Tag).catch((caught: unknown) => caught);
    expect(misfit(error)).toBeNull();
    expect(error).toMatchObject({ code: 'NO_PERMISSION', message: 'Preparing the ledger entry failed: the disk is read-only.' });
    await lake.close();
    const place = { folder: lake.paths.root, profile: lake.profile, grace: 0 };
    await expect(openToWrite(place)).rejects.toMatchObject({ code: 'NO_PERMISSION', message: 'Opening the lake for writing failed: the disk is read-only.' });
    const reading = await openToRead(place);
    await expectVersion(reading, dataset, 1, files);
    await expectWhole();
    await reading.close();
    small.remount('rw');
    lake = await openToWrite(place);
    await addTag(lake, { dataset, version: 1 }, 'x' as Tag);
  });
});
