import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHere, found } from '../../builders/verify/check.ts';
import { HandLake } from '../../builders/verify/hand-lake.ts';
import { at, folderOf } from '../../builders/verify/places.ts';
import { sampleLake } from '../../builders/verify/sample-lake.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

const temp = tempFolders();

describe('a lake that is whole', () => {
  it('has no findings, and the report says what was read', async () => {
    const report = await checkHere(sampleLake(temp()).root);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ kind: 'lake', clean: true, checked: { files: 6, bytes: 1_048_620, entries: 8, datasets: 2, versions: 4 } });
    expect(report.summary).toBe('The lake "Lake" is unchanged: every file and every proof is as it was written. 6 files with 1,048,620 bytes and 8 ledger entries were checked.');
  });

  it('gives the same report with threads as without', async () => {
    const { root } = sampleLake(temp());
    writeFileSync(join(root, 'stranger.txt'), 'x');
    expect(await checkHere(root, { workers: 2 })).toEqual(await checkHere(root));
  });

  it('is whole without any dataset', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.checkpoint();
    expect((await checkHere(lake.root)).findings).toEqual([]);
  });

  it('is whole after a version was voided, and the next version builds on the one before', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1', b: '2' });
    lake.commit('A', { a: '3' });
    lake.voidNewest('A');
    lake.commit('A', { c: '4' });
    lake.commit('B', { only: 'x' });
    lake.voidNewest('B');
    lake.checkpoint();
    expect((await checkHere(lake.root)).findings).toEqual([]);
  });

  it('is whole with more entries than fit a tile, and with tiles of two levels', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' });
    while (lake.leaves.length < 520) lake.entry('dataset.described', 'dataset:A', { description: { title: String(lake.leaves.length) } });
    lake.checkpoint();
    const report = await checkHere(lake.root, { workers: 2 });
    expect(report.findings).toEqual([]);
    expect(report.checked.entries).toBe(520);
  });
});

describe('what an interruption leaves is a note, not an error', () => {
  it('a version that is claimed and still in staging is checked there', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' });
    lake.commit('A', { b: '2' }, { interrupted: 'staged' });
    lake.commit('NEW', { n: '3' }, { interrupted: 'staged' });
    lake.checkpoint();
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual([
      `INTERRUPTED_COMMIT staging/${lake.txn(2)}/version`,
      `INTERRUPTED_COMMIT staging/${lake.txn(3)}/object/v1`,
      `ROOT_INVENTORY_BEHIND ${folderOf(lake, 'A')}/inventory.json`,
    ]);
    expect(report).toMatchObject({ clean: true, checked: { files: 3, versions: 3 } });
    writeFileSync(at(lake, `staging/${lake.txn(2)}/version/content/b`), 'X');
    expect(found(await checkHere(lake.root))[0]).toBe(`FILE_ALTERED staging/${lake.txn(2)}/version/content/b`);
  });

  it('a top copy of the inventory that is behind, and a checkpoint that is behind', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' });
    lake.checkpoint();
    lake.commit('A', { b: '2' }, { interrupted: 'root behind' });
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual(['CHECKPOINT_BEHIND ledger/checkpoint', `ROOT_INVENTORY_BEHIND ${folderOf(lake, 'A')}/inventory.json`]);
    expect(report.clean).toBe(true);
  });

  it('a raw drop that nobody was told of, told from a draft', async () => {
    const lake = sampleLake(temp());
    const left = '0190f5e2-aaaa-7000-8000-00008c8d9e0f';
    lake.write(`staging/${left}/object/v1/content/a.csv`, 'half of it');
    const report = await checkHere(lake.root);
    expect(report.findings.map(({ code, severity, path, message }) => [code, severity, path, message])).toEqual([
      ['DRAFT_OPEN', 'note', `staging/${left}`, 'A raw drop that is being received, or whose sending was interrupted before anybody was told its number, is in staging. The next program of that workstation that writes removes what was interrupted.'],
    ]);
    expect(report.clean).toBe(true);
  });

  it('a first version that was given up and whose top copy is not written yet', async () => {
    const lake = sampleLake(temp());
    lake.voidNewest('AIR.1');
    lake.checkpoint();
    for (const name of ['inventory.json', 'inventory.json.sha256']) rmSync(at(lake, `${folderOf(lake, 'AIR.1')}/${name}`));
    expect(found(await checkHere(lake.root))).toEqual([
      `ROOT_INVENTORY_BEHIND ${folderOf(lake, 'AIR.1')}/inventory.json`,
      `ROOT_INVENTORY_BEHIND ${folderOf(lake, 'AIR.1')}/inventory.json.sha256`,
    ]);
  });

  it('drafts, what is left of done acts, and empty tuple folders', async () => {
    const lake = sampleLake(temp());
    const draft = '0190f5e2-aaaa-7000-8000-00008c8d9e0f';
    lake.write(`staging/${draft}/draft.json`, '{"base":null,"dataset":"NEXT","lake":"x"}');
    lake.write(`staging/${lake.txn(2)}/draft.json`, '{}');
    mkdirSync(at(lake, 'store/00/11'), { recursive: true });
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual([`STAGING_LEFT staging/${lake.txn(2)}`, `DRAFT_OPEN staging/${draft}`, 'EMPTY_FOLDER store/00/11']);
    expect(report.findings[1]?.message).toBe('A draft for NEXT that was not committed is in staging.');
  });
});
