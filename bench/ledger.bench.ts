import { join } from 'node:path';
import { initLake } from '../src/engine/init.ts';
import { newTxn } from '../src/engine/lake/index.ts';
import { openToWrite } from '../src/engine/open.ts';
import { createDataset } from '../src/engine/datasets/index.ts';
import type { DatasetId } from '../src/contract/index.ts';
import { alternate, hms, median, root, spread, timed } from './harness.ts';
import type { Bench, Row } from './harness.ts';
import { unflushedDisk } from './unflushed.ts';

const ENTRIES = 100_000;
const APPENDS = 300;

/** A ledger of 100,000 entries: verified whole, and appended to. */
export const ledger: Bench = {
  name: 'ledger',
  async run(folder, rounds) {
    const options = { folder: join(folder, 'lake'), profile: join(folder, 'profile') };
    await build(options);
    const sides = await alternate(
      rounds,
      () => timed([...hms, 'verify', options.folder], { HMS_PROFILE: options.profile }),
      () => timed([process.execPath, join(root, 'bench', 'signatures-alone.ts'), String(ENTRIES)], {}),
    );
    const [seconds, least] = [sides.ours, sides.peer].map((ran) => median(ran.map((one) => one.seconds))) as [number, number];
    const rate = await appendRate(options);
    return [
      {
        work: 'verify the chain, tree and signatures of a ledger of 100,000 entries',
        ours: `${seconds.toFixed(1)} s (${spread(sides.ours)})`,
        against: 'the same number of signatures alone (OpenSSL, all cores)',
        peer: `${least.toFixed(1)} s (${spread(sides.peer)})`,
        result: `${seconds.toFixed(1)} s, ${(seconds / least).toFixed(2)} ×`,
        target: '< 10 s',
        reached: seconds < 10,
        memory: Math.round(Math.max(...sides.ours.map((ran) => ran.memory))),
      },
      { against: '–', peer: '–', work: 'append to it, alone on a local disk, durable', ours: `${rate.toFixed(0)} / s`, result: `${rate.toFixed(0)} / s`, target: '> 50 / s', reached: rate > 50, memory: null } satisfies Row,
    ];
  },
};

async function build(options: { folder: string; profile: string }): Promise<void> {
  await (await initLake({ ...options, disk: unflushedDisk, zone: 'UTC' })).lake.close();
  const lake = await openToWrite({ ...options, disk: unflushedDisk });
  await createDataset(lake, 'SET' as DatasetId, []);
  let folder = '';
  for (let n = lake.catalog.position().size; n < ENTRIES; n++) {
    const txn = newTxn(lake.clock);
    folder = lake.paths.transaction(txn);
    await lake.ledger.claimWith(lake.signer, txn, { op: 'dataset.described', subject: 'dataset:SET', head: { description: { title: `Title ${n}` } } }, () => true);
    await lake.durable.removeTree(folder);
  }
  await lake.durable.makeFolder(folder);
  await lake.ledger.finish(lake.signer, folder);
  await lake.close();
}

async function appendRate(options: { folder: string; profile: string }): Promise<number> {
  const lake = await openToWrite(options);
  const started = performance.now();
  for (let n = 0; n < APPENDS; n++) await lake.ledger.act(lake.signer, { op: 'dataset.described', subject: 'dataset:SET', head: { description: { title: `Appended ${n}` } } });
  const rate = APPENDS / ((performance.now() - started) / 1000);
  await lake.close();
  return rate;
}

