import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { problemOf } from '../../../../src/engine/api/index.ts';
import { CatalogError, takeStationLock } from '../../../../src/engine/catalog/index.ts';
import { DoorBench } from '../../../builders/door.ts';

/** Disks and folders that are full, read-only or gone are told of in words, wherever they are met: they are nobody's bug. */

it.each([
  ['ENOSPC', 507, 'NO_SPACE', 'What was asked for failed: the disk is full.'],
  ['EDQUOT', 507, 'NO_SPACE', 'What was asked for failed: the disk is full.'],
  ['EROFS', 403, 'NO_PERMISSION', 'What was asked for failed: the disk is read-only.'],
])('an error %s that nobody put into words goes out as %i', (code, status, name, detail) => {
  expect(problemOf(Object.assign(new Error('write'), { code }))).toMatchObject({ status, code: name, detail, kept: 'Nothing that is committed is changed.' });
});

it('a catalog that finds its disk full says so, and an error of the program stays one and tells nothing', () => {
  expect(problemOf(new CatalogError('full', 'The disk that holds your profile is full.'))).toMatchObject({ status: 507, code: 'NO_SPACE', detail: 'The disk that holds your profile is full.', next: 'Free some space on it, then try again.' });
  expect(problemOf(new Error('secret'))).toMatchObject({ status: 500, code: 'BUG' });
  expect(problemOf(Object.assign(new Error('open'), { code: 'ENOENT' }))).toMatchObject({ code: 'BUG' });
});

it('a lock that cannot be made where it should be says why, and is not taken for one that others hold', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hms-places-'));
  expect(() => takeStationLock(folder, 'exclusive')).toThrow(CatalogError);
  const lock = takeStationLock(join(folder, 'door'), 'exclusive');
  expect(takeStationLock(join(folder, 'door'), 'exclusive')).toBeNull();
  lock?.release();
  await rm(folder, { recursive: true });
});

it('a lake whose folder is gone, and of which this account keeps no catalog, is said to be gone, and opens when it is back', async () => {
  const bench = await DoorBench.withLake();
  const [lake] = (await bench.ask(routes.listLakes, {})).lakes;
  const key = lake?.key ?? '';
  await bench.ask(routes.closeLake, {});
  const folder = join(bench.folder, 'lakes', 'Records');
  await rename(folder, `${folder}-away`);
  await rm(join(bench.folder, 'profile', 'lakes'), { recursive: true });
  const refusal = await bench.refused(routes.openLake, { params: { key } });
  expect(refusal).toMatchObject({
    code: 'PLACE_AWAY',
    detail: `The folder of this lake is not there now (${folder}): the disk or share is not connected, or the folder was moved.`,
    next: 'Connect the disk or share, then open the lake again.',
  });
  await rename(`${folder}-away`, folder);
  await bench.ask(routes.openLake, { params: { key } });
  expect((await bench.ask(routes.getLake, {})).name).toBe('Records');
  await bench.remove();
});

it('a lake that is closed while a file of it is on its way gives the whole file, or ends it as cut off', async () => {
  const bench = await DoorBench.withLake();
  const content = Buffer.alloc(8 * 1024 * 1024, 'record ');
  await bench.ingest('WF-1', { 'large.txt': content });
  const response = await bench.raw('/dta/versions/WF-1:v1/file?path=large.txt');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const pieces = [(await reader.read()).value as Uint8Array];
  await bench.ask(routes.closeLake, {});
  expect((await bench.refused(routes.listDatasets, {})).code).toBe('LAKE_NONE');
  let cut = false;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value);
  } catch {
    cut = true;
  }
  if (!cut) expect(Buffer.concat(pieces).equals(content)).toBe(true);
  await bench.remove();
});
