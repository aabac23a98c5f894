import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId } from '../../../../src/contract/index.ts';
import { describeDataset } from '../../../../src/engine/datasets/index.ts';
import { parseCheckpoint } from '../../../../src/core/index.ts';
import { openOffice } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';
import { makeLake, openStation, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';
import type { TestStation } from '../../../builders/lake/small-lake.ts';

/** Several programs of one workstation share what it saw of a lake. */

const describeAs = async ({ ledger, key }: TestStation, title: string): Promise<unknown> => {
  await ledger.catchUp();
  return ledger.act(key, { op: 'dataset.described', subject: 'dataset:WF', head: { description: { title } } });
};

describe('a program that reads the ledger while others of its workstation write it', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder('hms-seen-');
  });
  afterEach(() => folder.remove());

  it('does not take the lake for an older one, however much they note between its looks', async () => {
    const [root, seenFile, key] = [join(folder.path, 'lake'), join(folder.path, 'seen'), testKey()];
    await makeLake(root, key);
    const [own, other] = await Promise.all([openStation(root, { key, seenFile }), openStation(root, { key, seenFile })]);
    await other.ledger.catchUp();
    await other.ledger.act(key, { op: 'dataset.created', subject: 'dataset:WF', head: { tags: [], root: 'store' } });
    await own.ledger.catchUp();
    const { size } = own.ledger.tree().frontier;
    const tree = own.ledger.tree();
    await describeAs(other, 'before it looked');
    const catchUp = own.ledger.catchUp.bind(own.ledger);
    own.ledger.catchUp = async () => {
      const end = await catchUp();
      await describeAs(other, 'while it read');
      return end;
    };
    await own.ledger.refuseContradiction(tree);
    expect([tree.frontier.size, own.ledger.tree().frontier.size, parseCheckpoint(await promises.readFile(seenFile, 'utf8'))?.size]).toEqual([size, size + 1, size + 2]);
  });

  it('is still told of a lake that has less than this workstation saw', async () => {
    const [root, copy, seenFile, key] = [join(folder.path, 'lake'), join(folder.path, 'copy'), join(folder.path, 'seen'), testKey()];
    await makeLake(root, key);
    await promises.cp(root, copy, { recursive: true });
    const [newer, older] = await Promise.all([openStation(root, { key, seenFile }), openStation(copy, { key, seenFile })]);
    await newer.ledger.catchUp();
    await newer.ledger.act(key, { op: 'dataset.created', subject: 'dataset:WF', head: { tags: [], root: 'store' } });
    await older.ledger.catchUp();
    await expect(older.ledger.refuseContradiction(older.ledger.tree())).rejects.toMatchObject({ code: 'LAKE_OLDER_THAN_SEEN', facts: { size: 1, seen: 2 } });
  });
});

describe('opening a lake while another program of the workstation writes it', () => {
  const original = promises.readFile;
  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => {
    promises.readFile = original;
    syncBuiltinESMExports();
    return office.remove();
  });

  it('does not find it older than what the other notes meanwhile', async () => {
    await office.ingest('WF', { 'a.txt': 'a' });
    let acts = 0;
    promises.readFile = (async (...args: Parameters<typeof original>) => {
      if (acts === 0 && String(args[0]).includes('profile-first') && String(args[0]).endsWith('checkpoint')) {
        acts++;
        await office.write((lake) => describeDataset(lake, 'WF' as DatasetId, { title: 'by the other' }));
      }
      return original(...args);
    }) as typeof original;
    syncBuiltinESMExports();
    await office.read((lake) => {
      expect([acts, lake.readOnly]).toEqual([1, null]);
      return Promise.resolve();
    });
  });
});
