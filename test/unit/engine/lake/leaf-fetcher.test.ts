import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newTxn } from '../../../../src/engine/lake/index.ts';
import { commitFiles, makeLake, openStation, temporaryFolder, testKey } from '../../../builders/lake/small-lake.ts';
import { unflushedDisk } from '../../../builders/lake/unflushed.ts';

/** The stretch that threads read begins at the 87th entry, and has 256. */
const ENTRIES = 350;

it('a long ledger on a share, which threads read ahead, is read as on a local disk: also bodies that are altered, missing or long', async () => {
  const { path, remove } = await temporaryFolder('hms-leaves-');
  try {
    const root = join(path, 'lake');
    const key = testKey();
    await makeLake(root, key);
    const writer = await openStation(root, { key, disk: unflushedDisk });
    await commitFiles(writer, 'WF', { 'a.txt': '1' });
    const { ledger, index } = writer;
    const { paths, clock } = ledger.context;
    for (let n = index.view.size; n < ENTRIES; n++) {
      const title = n === 200 ? 'long '.repeat(20_000) : `Title ${n}`;
      await ledger.claimWith(key, newTxn(clock), { op: 'dataset.described', subject: 'dataset:WF', head: { description: { title } } }, () => true);
      await ledger.catchUp();
    }
    appendFileSync(join(paths.entry(150), 'body.json'), ' ');
    rmSync(join(paths.entry(151), 'body.json'));
    rmSync(join(paths.entry(152), 'body.salt'));
    const [share, local] = [await openStation(root, { kind: 'share' }), await openStation(root)];
    await share.ledger.catchUp();
    await local.ledger.catchUp();
    expect(share.index.view.size).toBe(ENTRIES);
    expect(share.index.end()).toEqual(local.index.end());
    expect(share.index.effects).toEqual(local.index.effects);
  } finally {
    await remove();
  }
});
