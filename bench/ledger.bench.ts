import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openToWrite } from '../src/engine/open.ts';
import { alternate, hms, median, root, spread, timed } from './harness.ts';
import type { Bench, Row } from './harness.ts';
import { longLedger } from './long-ledger.ts';

const ENTRIES = 100_000;
const APPENDS = 300;

/** A ledger of 100,000 entries: verified whole, and appended to. `HMS_BENCH_LAKE`: a folder in which the lake is kept, to measure again; each time adds 300 entries. */
export const ledger: Bench = {
  name: 'ledger',
  async run(folder, rounds) {
    const base = process.env['HMS_BENCH_LAKE'] ?? folder;
    const options = { folder: join(base, 'lake'), profile: join(base, 'profile') };
    if (!existsSync(options.folder)) await longLedger(options, ENTRIES);
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

async function appendRate(options: { folder: string; profile: string }): Promise<number> {
  const lake = await openToWrite(options);
  const started = performance.now();
  for (let n = 0; n < APPENDS; n++) await lake.ledger.act(lake.signer, { op: 'dataset.described', subject: 'dataset:SET', head: { description: { title: `Appended ${n}` } } });
  const rate = APPENDS / ((performance.now() - started) / 1000);
  await lake.close();
  return rate;
}

