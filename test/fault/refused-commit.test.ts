import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { LogicalPath } from '../../src/contract/index.ts';
import { commit, put, removeFiles } from '../../src/engine/drafting.ts';
import type { WritableLake } from '../../src/engine/open.ts';
import { errorsOf, expectVersion, FaultPlace } from '../builders/fault/fault-place.ts';
import { DATASET, quiet } from '../builders/fault/scenario.ts';
import { saveTemplates } from '../builders/fault/templates.ts';

/** A commit that was refused has already tidied the draft; the draft must still be what it was for whatever comes next. */

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  await saveTemplates(place);
});
afterAll(() => place.remove());
beforeEach(() => place.restore('one version'));

async function putText(lake: WritableLake, name: string, text: string): Promise<void> {
  const file = join(place.base, 'texts', name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  await put(lake, DATASET, [{ kind: 'path', path: file, as: name as LogicalPath }], { ...quiet, inline: true });
}

/** Something that is no entry stands at the ledger's next number, so that the commit gets as far as the claim. */
async function refused(lake: WritableLake): Promise<void> {
  const next = lake.paths.entry(lake.catalog.position().size);
  mkdirSync(join(next, 'junk'), { recursive: true });
  await expect(commit(lake, DATASET, { message: null, tags: [] })).rejects.toMatchObject({ code: 'LEDGER_BLOCKED' });
  rmSync(next, { recursive: true });
}

const before = {
  'sensors/a.csv': 'station,value\na,1\n',
  'sensors/b.csv': 'station,value\nb,2\n',
  'sensors/again.csv': 'station,value\na,1\n',
  'sensors/empty.txt': '',
  'sensors/night/CON.txt': 'a name that Windows reserves',
  'sensors/night/plain.txt': 'below a sub-folder',
};

it('two files of the same bytes, of which one is removed from the draft after a refused commit, are one whole file in the version', async () => {
  const lake = await place.open();
  await putText(lake, '1.txt', 'the same bytes');
  await putText(lake, '2.txt', 'the same bytes');
  await refused(lake);
  await removeFiles(lake, DATASET, ['1.txt' as LogicalPath]);
  await commit(lake, DATASET, { message: null, tags: [] });
  expect(errorsOf(await place.verify())).toEqual([]);
  await expectVersion(lake, DATASET, 2, { ...before, '2.txt': 'the same bytes' });
  await lake.close();
});

it('two files of the same bytes, of which one is replaced in the draft after a refused commit, are both whole in the version', async () => {
  const lake = await place.open();
  await putText(lake, '1.txt', 'the same bytes');
  await putText(lake, '2.txt', 'the same bytes');
  await refused(lake);
  await putText(lake, '1.txt', 'other bytes');
  await commit(lake, DATASET, { message: null, tags: [] });
  expect(errorsOf(await place.verify())).toEqual([]);
  await expectVersion(lake, DATASET, 2, { ...before, '1.txt': 'other bytes', '2.txt': 'the same bytes' });
  await lake.close();
});

it('a file that had the bytes of the version before, and was left out of the staged content, is whole after the base moved on', async () => {
  const lake = await place.open();
  // Same bytes as sensors/b.csv, which the object holds: the copy is not kept.
  await putText(lake, 'copy-of-b.csv', before['sensors/b.csv']);
  await refused(lake);
  await putText(lake, 'more.txt', 'more');
  await commit(lake, DATASET, { message: null, tags: [] });
  expect(errorsOf(await place.verify())).toEqual([]);
  await expectVersion(lake, DATASET, 2, { ...before, 'copy-of-b.csv': before['sensors/b.csv'], 'more.txt': 'more' });
  await lake.close();
});

it('a staged file that someone removed from staging stops the commit before anything is claimed', async () => {
  const lake = await place.open();
  await putText(lake, '1.txt', 'bytes that go missing');
  const [draft] = place.staged();
  rmSync(join(place.lake, 'staging', draft ?? '', 'version', 'content', '1.txt'));
  const size = lake.catalog.position().size;
  await expect(commit(lake, DATASET, { message: null, tags: [] })).rejects.toMatchObject({ code: 'STAGED_DAMAGED' });
  expect(lake.catalog.position().size).toBe(size);
  await putText(lake, '1.txt', 'bytes that go missing');
  await commit(lake, DATASET, { message: null, tags: [] });
  await expectVersion(lake, DATASET, 2, { ...before, '1.txt': 'bytes that go missing' });
  expect(errorsOf(await place.verify())).toEqual([]);
  await lake.close();
});

it('a staged file whose size changed stops the commit before anything is claimed', async () => {
  const lake = await place.open();
  await putText(lake, '1.txt', 'bytes that are cut');
  const [draft] = place.staged();
  writeFileSync(join(place.lake, 'staging', draft ?? '', 'version', 'content', '1.txt'), 'bytes');
  await expect(commit(lake, DATASET, { message: null, tags: [] })).rejects.toMatchObject({ code: 'STAGED_DAMAGED' });
  await lake.close();
});
