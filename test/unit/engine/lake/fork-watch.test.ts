import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LakeId } from '../../../../src/contract/index.ts';
import { lakePaths, readLakeJson } from '../../../../src/engine/lake/index.ts';
import type { LakePaths, Place } from '../../../../src/engine/lake/index.ts';
import { ForkWatch } from '../../../../src/engine/lake/fork-watch.ts';
import { makeLake, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';

/** Who had a lake open before it was forked does not write into what is there then, however its lake.json is looked at. */

let paths: LakePaths;
let id: LakeId;
let text: string;
let read: number;
let remove: () => Promise<void>;
beforeEach(async () => {
  const folder = await temporaryFolder('hms-fork-watch-');
  remove = folder.remove;
  paths = lakePaths(`${folder.path}/lake`);
  await makeLake(paths.root, testKey());
  const there = await readLakeJson(paths);
  id = there.lake.id;
  text = Buffer.from(there.bytes).toString('utf8');
  await mkdir(paths.entries, { recursive: true });
  read = 0;
});
afterEach(() => remove());

const counted: typeof readLakeJson = (where) => {
  read++;
  return readLakeJson(where);
};
const on = (name: string): ForkWatch => new ForkWatch(id, paths, { kind: name === 'ext4' ? 'journaled' : 'share', name } as Place, counted);
const another = (): string => text.replaceAll(id, '00000000-0000-7000-8000-000000000000');

describe.each([
  ['ext4', 3],
  ['cifs', 3],
  ['nfs', 1],
])('on %s', (name, times) => {
  it(`reads lake.json ${times} times in three looks`, async () => {
    const watch = on(name);
    for (let i = 0; i < 3; i++) await watch.refuse('Nothing.');
    expect(read).toBe(times);
  });

  it('finds a lake.json that was replaced by one of the same length', async () => {
    const watch = on(name);
    await watch.refuse('Nothing.');
    await writeFile(`${paths.lakeJson}.new`, another());
    await rename(`${paths.lakeJson}.new`, paths.lakeJson);
    for (let i = 0; i < 2; i++) await expect(watch.refuse('All is kept.')).rejects.toMatchObject({ code: 'LAKE_FORKED', kept: 'All is kept.' });
  });

  it('finds one that was written over, and the old one again after it', async () => {
    const watch = on(name);
    await watch.refuse('Nothing.');
    await writeFile(paths.lakeJson, another());
    await expect(watch.refuse('Nothing.')).rejects.toMatchObject({ code: 'LAKE_FORKED' });
    await writeFile(paths.lakeJson, text);
    await watch.refuse('Nothing.');
  });

  it('refuses while the ledger is moved away, and where lake.json is gone', async () => {
    const watch = on(name);
    await watch.refuse('Nothing.');
    await rename(paths.entries, `${paths.entries}-away`);
    await expect(watch.refuse('Nothing.')).rejects.toMatchObject({ code: 'LAKE_FORKED' });
    await rename(`${paths.entries}-away`, paths.entries);
    await rm(paths.lakeJson);
    await expect(watch.refuse('Nothing.')).rejects.toMatchObject({ code: 'NOT_A_LAKE' });
  });
});
