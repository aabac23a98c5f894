import { globSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { versionOf } from '../../../../src/engine/files.ts';
import { verify } from '../../../../src/verify/index.ts';
import { openOffice } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
  await office.ingest('WF', { 'a.txt': '1' });
  await office.ingest('WF', { 'a.txt': '2' });
});
afterEach(() => office.remove());

const nothing = (): Promise<void> => Promise.resolve();

describe('the copy of the inventory at the top of an object', () => {
  const top = (): string => join(office.lake, ...globSync('store/*/*/hms%3aWF', { cwd: office.lake }));

  it.each([
    ['was half written by a program that is gone', (folder: string) => truncateSync(join(folder, 'inventory.json'), 100)],
    ['is missing', (folder: string) => rmSync(join(folder, 'inventory.json'))],
    ['has the hash of an older version beside it', (folder: string) => writeFileSync(join(folder, 'inventory.json.sha256'), readFileSync(join(folder, 'v1', 'inventory.json.sha256')))],
  ])('is mended by the next that opens the lake for writing where it %s', async (_, damage) => {
    damage(top());
    await office.write(nothing);
    for (const name of ['inventory.json', 'inventory.json.sha256']) expect(readFileSync(join(top(), name))).toEqual(readFileSync(join(top(), 'v2', name)));
    expect((await verify(office.lake, { workers: 0 })).findings).toEqual([]);
  });
});

describe('a lake.json that was changed', () => {
  it('is noticed: the lake is read and not written', async () => {
    const file = join(office.lake, 'lake.json');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('America/New_York', 'America/Chicago'));
    const refused = { code: 'LEDGER_DAMAGED', message: 'lake.json was changed: it is not the file that the first entry of the ledger names.' };
    await office.read((lake) => {
      expect(versionOf(lake, 'WF').version).toBe(2);
      expect(lake.readOnly).toMatchObject(refused);
    });
    await expect(office.write(nothing)).rejects.toMatchObject(refused);
    writeFileSync(file, before);
    await office.write(nothing);
  });
});
