import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemDisk } from '../../../../src/engine/lake/index.ts';
import type { Disk } from '../../../../src/engine/lake/index.ts';
import { openPlace } from '../../../../src/engine/export-place.ts';
import { exportHere, exportOf } from '../../../builders/lake/packages.ts';
import { openOffice } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';
import { checkHere } from '../../../builders/verify/check.ts';

/** Where a package is put: nothing that looks complete before it is, nothing of anyone else's removed, nothing left behind. */

let office: Office;
beforeAll(async () => {
  office = await openOffice();
  await office.ingest('WF', { 'a.csv': 'a', 'b.csv': 'b' });
});
afterAll(() => office.remove());

let cases = 0;
const place = (name: string): string => {
  const folder = join(office.folder, `case-${++cases}`);
  mkdirSync(folder);
  return join(folder, name);
};
const beside = (target: string): string[] => readdirSync(dirname(target)).sort();

/** A disk on which the n-th call that changes something fails, and every one after it, as when the program is killed. */
function dyingDisk(at: number, only: (path: string) => boolean): Disk {
  let calls = 0;
  const live = <T>(path: string, work: () => Promise<T>): Promise<T> => {
    if (!only(path)) return work();
    return ++calls >= at ? Promise.reject(Object.assign(new Error('killed'), { code: 'EKILLED' })) : work();
  };
  return {
    ...systemDisk,
    async create(path, how, mode) {
      const handle = await live(path, () => systemDisk.create(path, how, mode));
      return { ...handle, write: (bytes) => live(path, () => handle.write(bytes)), sync: () => live(path, () => handle.sync()), close: () => handle.close() };
    },
    mkdir: (path) => live(path, () => systemDisk.mkdir(path)),
    rename: (from, to) => live(from, () => systemDisk.rename(from, to)),
    unlink: (path) => live(path, () => systemDisk.unlink(path)),
    rmdir: (path) => live(path, () => systemDisk.rmdir(path)),
  };
}

it('a place inside the lake is refused, also by way of a link, and nothing is put there', async () => {
  const link = place('link');
  symlinkSync(office.lake, link);
  for (const target of [join(office.lake, 'out.zip'), join(office.lake, 'store', 'out.zip'), join(link, 'out.zip'), office.lake]) {
    await expect(exportOf(office, ['WF'], target)).rejects.toMatchObject({ code: 'PLACE_UNSAFE' });
  }
  expect(readdirSync(office.lake)).not.toContain('out.zip');
  expect(readdirSync(join(office.lake, 'store'))).not.toContain('out.zip');
});

describe('an export that is killed', () => {
  it.each(['zip', 'dir'] as const)('at any step leaves nothing that looks complete, and the next one to the same place removes what is left (%s)', async (form) => {
    let survived = false;
    for (let at = 1; !survived; at += form === 'zip' ? 1 : 9) {
      const target = place('out.pkg');
      const disk = dyingDisk(at, (path) => path.startsWith(dirname(target)));
      const ended = await office.write((lake) => exportHere(lake, ['WF'], target, { form }), 'first', { disk }).then(() => 'done', () => 'killed');
      if (ended === 'done') survived = true;
      // The last call of all may fail after the package is in its place: then it is whole.
      else if (existsSync(target)) expect((await checkHere(target)).clean).toBe(true);
      const left = beside(target).filter((name) => name !== 'out.pkg');
      for (const name of left) expect(name).toMatch(/^\.out\.pkg\.[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}\.part$/);
      const again = await exportOf(office, ['WF'], target, { form, replace: true });
      expect(again.removed.map((path) => basename(path))).toEqual(left);
      expect(beside(target)).toEqual(['out.pkg']);
      expect((await checkHere(target)).clean).toBe(true);
      expect(at).toBeLessThan(200);
    }
  });

  it('leaves the hidden files of others and of other places alone', async () => {
    const target = place('out.zip');
    const others = ['.out.zip.00000000-00000000-00000000.part', '.out.zip.part', 'out.zip.part', '.other.zip.00000000-00000000-00000000.part'];
    for (const name of others) writeFileSync(join(dirname(target), name), 'x');
    expect((await exportOf(office, ['WF'], target)).removed).toEqual([]);
    expect(beside(target)).toEqual([...others, 'out.zip'].sort());
  });

  it('while it replaced a folder, gives the old package back', async () => {
    const target = place('out');
    await exportOf(office, ['WF'], target, { form: 'dir' });
    const before = readFileSync(join(target, 'bag-info.txt'), 'utf8');
    // The first rename moves the old one aside; the second, which would put the new one there, never comes, nor does what tidies.
    let renames = 0;
    const disk: Disk = { ...systemDisk, rename: (from, to) => (from.startsWith(dirname(target)) && ++renames > 1 ? Promise.reject(Object.assign(new Error('killed'), { code: 'EKILLED' })) : systemDisk.rename(from, to)) };
    await expect(office.write((lake) => exportHere(lake, ['WF'], target, { form: 'dir', replace: true }), 'first', { disk })).rejects.toMatchObject({ code: 'EKILLED' });
    expect(existsSync(target)).toBe(false);
    await expect(exportOf(office, ['WF'], target, { form: 'dir' })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(readFileSync(join(target, 'bag-info.txt'), 'utf8')).toBe(before);
    expect(beside(target)).toEqual(['out']);
  });
});

describe('a place that is taken', () => {
  it('is left alone without --replace, and refused at once', async () => {
    for (const form of ['zip', 'dir'] as const) {
      const target = place('out');
      await exportOf(office, ['WF'], target, { form });
      const entries = await office.read((lake) => lake.catalog.totals().entries);
      await expect(exportOf(office, ['WF'], target, { form })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
      expect(await office.read((lake) => lake.catalog.totals().entries)).toBe(entries);
      await exportOf(office, ['WF'], target, { form, replace: true });
      expect(beside(target)).toEqual(['out']);
    }
  });

  it('by something that is no package is not replaced', async () => {
    const target = place('out');
    mkdirSync(target);
    writeFileSync(join(target, 'thesis.doc'), 'x');
    for (const form of ['zip', 'dir'] as const) await expect(exportOf(office, ['WF'], target, { form, replace: true })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    const bag = place('bag');
    await exportOf(office, ['WF'], bag, { form: 'dir' });
    writeFileSync(join(bag, 'thesis.doc'), 'x');
    await expect(exportOf(office, ['WF'], bag, { form: 'dir', replace: true })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    const file = place('file');
    writeFileSync(file, 'x');
    await expect(exportOf(office, ['WF'], file, { form: 'dir', replace: true })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(readFileSync(file, 'utf8')).toBe('x');
    const empty = place('empty');
    mkdirSync(empty);
    await exportOf(office, ['WF'], empty, { form: 'dir', replace: true });
    expect((await checkHere(empty)).clean).toBe(true);
  });

  it('by an export of this station that is under way is refused, and its unfinished package left alone', async () => {
    const target = place('out.zip');
    await office.write(async (lake) => {
      const busy = await openPlace(lake, target, { form: 'zip', replace: false });
      writeFileSync(busy.part, 'half');
      await expect(exportHere(lake, ['WF'], target)).rejects.toMatchObject({ code: 'TARGET_EXISTS', message: expect.stringContaining('at this moment') as string });
      expect(readFileSync(busy.part, 'utf8')).toBe('half');
      busy.release();
      expect((await exportHere(lake, ['WF'], target)).removed).toEqual([busy.part]);
    });
  });

  it('needs a folder around it', async () => {
    await expect(exportOf(office, ['WF'], join(office.folder, 'nowhere', 'out.zip'))).rejects.toMatchObject({ code: 'USAGE' });
  });
});

it('a cancelled export leaves nothing, in both forms', async () => {
  for (const form of ['zip', 'dir'] as const) {
    const target = place('out');
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    await expect(exportOf(office, ['WF'], target, { form, signal: stop.signal, onProgress })).rejects.toMatchObject({ name: 'CancelledError' });
    expect(beside(target)).toEqual([]);
  }
});
