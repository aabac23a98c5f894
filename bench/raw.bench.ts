import { join } from 'node:path';
import { routes } from '../src/contract/api/index.ts';
import { openDoor } from '../src/engine/door.ts';
import { initLake } from '../src/engine/init.ts';
import { listen } from '../src/host/index.ts';
import { verify } from '../src/verify/index.ts';
import type { Bench } from './harness.ts';

const DROPS = 1_000;
const BYTES = 2_000;
/** Posts under way at a time, as of several programs that deliver. */
const AT_ONCE = 8;

/** 1,000 raw drops of 2 kB, posted over HTTP, each answered when it is durable and in the ledger. */
export const raw: Bench = {
  name: 'raw',
  async run(folder) {
    const options = { folder: join(folder, 'lake'), profile: join(folder, 'profile') };
    await (await initLake({ ...options, zone: 'UTC' })).lake.close();
    const door = await openDoor({ profile: options.profile, home: null, lake: options.folder, localPaths: false, verify });
    const host = await listen({ fetch: (request, caller) => door.fetch(request, caller), routes: Object.values(routes), token: 'bench', port: 0, screens: null });
    try {
      const started = performance.now();
      let next = 0;
      const program = async (): Promise<void> => {
        for (let n = next++; n < DROPS; n = next++) await post(host.origin, n);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, program));
      const rate = DROPS / ((performance.now() - started) / 1_000);
      const memory = Math.round(process.resourceUsage().maxRSS / 1_024);
      return [{ work: `post ${DROPS.toLocaleString('en-US')} raw drops of 2 kB over HTTP, ${AT_ONCE} at a time, each durable and in the ledger when it is answered`, ours: `${rate.toFixed(0)} / s`, against: '–', peer: '–', result: `${rate.toFixed(0)} / s`, target: '> 50 / s', reached: rate > 50, memory }];
    } finally {
      await Promise.all([host.close(1_000), door.close()]);
    }
  },
};

async function post(origin: string, n: number): Promise<void> {
  const form = new FormData();
  form.set('program_id', '12');
  form.set('file', new Blob([`drop ${n}\n`.padEnd(BYTES, 'model,fail,test_time\n')]), `drop-${n}.csv`);
  const response = await fetch(`${origin}/dta/raw`, { method: 'POST', headers: { authorization: 'Bearer bench' }, body: form });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
}
