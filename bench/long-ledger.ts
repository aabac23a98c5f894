import type { DatasetId } from '../src/contract/index.ts';
import { createDataset } from '../src/engine/datasets/index.ts';
import { initLake } from '../src/engine/init.ts';
import { newTxn } from '../src/engine/lake/index.ts';
import { openToWrite } from '../src/engine/open.ts';
import { unflushedDisk } from '../test/builders/lake/unflushed.ts';

/** Makes a lake whose ledger has so many entries, by the real writer without its flushes. */
export async function longLedger(options: { readonly folder: string; readonly profile: string }, entries: number): Promise<void> {
  await (await initLake({ ...options, disk: unflushedDisk, zone: 'UTC' })).lake.close();
  const lake = await openToWrite({ ...options, disk: unflushedDisk });
  await createDataset(lake, 'SET' as DatasetId, []);
  let folder = '';
  for (let n = lake.catalog.position().size; n < entries; n++) {
    const txn = newTxn(lake.clock);
    folder = lake.paths.transaction(txn);
    await lake.ledger.claimWith(lake.signer, txn, { op: 'dataset.described', subject: 'dataset:SET', head: { description: { title: `Title ${n}` } } }, () => true);
    await lake.durable.removeTree(folder);
  }
  await lake.durable.makeFolder(folder);
  await lake.ledger.finish(lake.signer, folder);
  await lake.close();
}
