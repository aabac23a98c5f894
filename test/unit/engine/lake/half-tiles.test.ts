import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DatasetId, Tag } from '../../../../src/contract/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { addTag, createDataset } from '../../../../src/engine/datasets/index.ts';
import { initLake } from '../../../../src/engine/init.ts';
import { newTxn } from '../../../../src/engine/lake/index.ts';
import { openToWrite } from '../../../../src/engine/open.ts';
import { commitFiles, makeLake, openStation, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';
import type { TestStation } from '../../../builders/lake/small-lake.ts';

/** Tiles that a workstation on a share had begun to write when it lost its power. */

vi.mock(import('../../../../src/engine/lake/place.ts'), () => ({ placeOf: () => Promise.resolve({ kind: 'share', name: 'smb' }) }));

let folder: string;
let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  const made = await temporaryFolder('hms-half-tiles-');
  ({ path: folder, remove } = made);
  root = join(folder, 'lake');
});
afterEach(() => remove());

const key = testKey();
const partials = (): string => join(root, 'ledger', 'tile', '0', '000.p');
const tile = (width: number): string => join(partials(), String(width));

/** Widths of the partial tiles that do not hold what the leaves give. */
function wrong(leaves: Buffer): string[] {
  return readdirSync(partials()).filter((width) => !readFileSync(tile(Number(width))).equals(leaves.subarray(0, Number(width) * 32)));
}

const leavesOf = ({ index }: TestStation): Buffer => Buffer.concat([...index.leafHashes(0, index.view.size)]);

async function station(kind: 'share' | 'journaled'): Promise<TestStation> {
  await makeLake(root, key);
  const opened = await openStation(root, { key, kind });
  await commitFiles(opened, 'WF', { 'a.txt': '1' });
  return opened;
}

describe('a tile that was left half written', () => {
  const tag = ({ ledger }: TestStation, name: string): Promise<unknown> => ledger.act(key, { op: 'tag.added', subject: 'version:WF:v1', head: { tag: name as Tag } });

  it.each([3, 12])('is made right by who writes the next larger tree, and none is made that was not there (%i entries between)', async (between) => {
    const writer = await station('share');
    const { size } = writer.index.view;
    for (let n = 0; n < between; n++) await writer.ledger.claimWith(key, newTxn(systemClock), { op: 'tag.added', subject: 'version:WF:v1', head: { tag: `t-${n}` as Tag } }, () => true);
    writeFileSync(tile(size + 1), '');
    writeFileSync(tile(size + 2), Buffer.alloc(40));
    await tag(writer, 'last');
    expect(wrong(leavesOf(writer))).toEqual([]);
    const there = Array.from({ length: between + 1 }, (_, n) => n + 1).filter((n) => existsSync(tile(size + n)));
    expect(there).toEqual([1, 2, between + 1]);
  });

  it('is not looked for on a local disk, which has old or new', async () => {
    const writer = await station('journaled');
    const { size } = writer.index.view;
    for (const name of ['one', 'two']) await writer.ledger.claimWith(key, newTxn(systemClock), { op: 'tag.added', subject: 'version:WF:v1', head: { tag: name as Tag } }, () => true);
    writeFileSync(tile(size + 1), '');
    await tag(writer, 'three');
    expect(wrong(leavesOf(writer))).toEqual([String(size + 1)]);
  });

  it('is made right when its workstation opens the lake again, also where others have gone on since', async () => {
    const options = { folder: root, profile: join(folder, 'profile') };
    await (await initLake({ ...options, zone: 'UTC' })).lake.close();
    const first = await openToWrite(options);
    await createDataset(first, 'WF' as DatasetId, []);
    await commitTags(first);
    const size = first.catalog.view.size;
    const leaves = Buffer.concat([...first.index.leafHashes(0, size)]);
    await first.close();
    expect(wrong(leaves)).toEqual([]);
    // As a workstation that knows of no tree that it signed: what it was at may be any of them.
    for (const name of readdirSync(options.profile, { recursive: true, encoding: 'utf8' })) if (/catalog[^/]*$/.test(name)) rmSync(join(options.profile, name), { force: true, recursive: true });
    writeFileSync(tile(size), '');
    writeFileSync(tile(size - 2), Buffer.alloc(32));
    expect(wrong(leaves).map(Number).sort()).toEqual([size - 2, size].sort());
    await (await openToWrite(options)).close();
    expect(wrong(leaves)).toEqual([]);
  });
});

async function commitTags(lake: Awaited<ReturnType<typeof openToWrite>>): Promise<void> {
  const { put, commit } = await import('../../../../src/engine/drafting.ts');
  writeFileSync(join(folder, 'a.txt'), '1');
  await put(lake, 'WF' as DatasetId, [{ kind: 'path', path: join(folder, 'a.txt') }], { signal: new AbortController().signal, onProgress: () => undefined });
  await commit(lake, 'WF' as DatasetId, { message: null, tags: [] });
  for (const name of ['x', 'y']) await addTag(lake, { dataset: 'WF' as DatasetId, version: 1 }, name as Tag);
}
