import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '../src/contract/api/index.ts';
import { publishContract } from '../src/engine/contracting.ts';
import { openDoor } from '../src/engine/door.ts';
import { initLake } from '../src/engine/init.ts';
import { listen } from '../src/host/index.ts';
import { verify } from '../src/verify/index.ts';
import type { Bench } from './harness.ts';

/** `HMS_BENCH_DROPS` tries it with fewer. */
const DROPS = Number(process.env['HMS_BENCH_DROPS'] ?? 1_000);
const ROWS = 1_000;
/** Posts under way at a time, as of several programs that deliver. */
const AT_ONCE = 16;
const PATIENCE_MS = 600_000;

const contract = `apiVersion: v3.1.0
kind: DataContract
id: car_sensor_tests
name: car_sensor_tests
version: "1.0.0"
status: active
schema:
  - name: car_sensor_tests
    customProperties:
      - {property: source, value: {patterns: ["seatbelt_*.csv"], format: csv}}
    properties:
      - {name: model, physicalName: car_model, logicalType: string, required: true}
      - {name: fail, physicalName: sensor_fail, logicalType: integer, required: true}
      - {name: tested_at, physicalName: test_time, logicalType: timestamp, required: true, partitioned: true}
      - {name: ssn, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: hash}}]}
`;

/** 1,000 drops of 1,000 rows, one of four columns masked, posted over HTTP while they are normalized, until every row is in the table. */
export const drops: Bench = {
  name: 'drops',
  async run(folder) {
    const options = { folder: join(folder, 'lake'), profile: join(folder, 'profile') };
    const { lake } = await initLake({ ...options, zone: 'UTC' });
    await publishContract(lake, Buffer.from(contract), { major: false, signal: new AbortController().signal });
    await lake.close();
    const door = await openDoor({ profile: options.profile, home: null, lake: options.folder, localPaths: false, verify });
    const host = await listen({ fetch: (request, caller) => door.fetch(request, caller), routes: Object.values(routes), token: 'bench', port: 0, screens: null });
    try {
      const resident = [residentNow()];
      const started = performance.now();
      const seconds = (): number => (performance.now() - started) / 1_000;
      let next = 0;
      const program = async (): Promise<void> => {
        for (let n = next++; n < DROPS; n = next++) {
          await post(host.origin, n);
          if (n === DROPS >> 1) resident.push(residentNow());
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, program));
      const posted = seconds();
      while (!(await isNormalized(host.origin))) {
        if (performance.now() - started > PATIENCE_MS) throw new Error('The drops were not normalized in ten minutes.');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const rate = DROPS / seconds();
      resident.push(residentNow());
      return [
        {
          work: `${DROPS.toLocaleString('en-US')} drops of ${ROWS.toLocaleString('en-US')} rows posted over HTTP, ${AT_ONCE} at a time, and normalized meanwhile (answered after ${posted.toFixed(1)} s; resident at the start, half-way and the end ${resident.join(', ')} MB)`,
          ours: `${rate.toFixed(0)} / s`,
          against: '–',
          peer: '–',
          result: `${rate.toFixed(0)} / s`,
          target: '> 50 / s',
          reached: rate > 50,
          memory: Math.round(process.resourceUsage().maxRSS / 1_024),
        },
      ];
    } finally {
      await Promise.all([host.close(1_000), door.close()]);
    }
  },
};

function residentNow(): number {
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1_024);
}

async function post(origin: string, n: number): Promise<void> {
  const lines = Array.from({ length: ROWS }, (_, i) => `Model-${i % 2 === 0 ? 'Z' : 'A'},${i % 3 === 0 ? 1 : 0},2024-07-${String(1 + (n % 28)).padStart(2, '0')}T10:00:00Z,${String(100_000_000 + n * ROWS + i)}`);
  const form = new FormData();
  form.set('program_id', '12');
  form.set('file', new Blob([`car_model,sensor_fail,test_time,ssn\n${lines.join('\n')}\n`]), `seatbelt_${n}.csv`);
  const response = await fetch(`${origin}/dta/raw`, { method: 'POST', headers: { authorization: 'Bearer bench' }, body: form });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
}

/** Whether no drop waits any more. Throws where one was refused. */
async function isNormalized(origin: string): Promise<boolean> {
  let after = '';
  for (;;) {
    const response = await fetch(`${origin}/dta/raw?limit=500${after}`, { headers: { authorization: 'Bearer bench' } });
    const { items, next } = (await response.json()) as { items: { status: string; name: string }[]; next: string | null };
    const refused = items.find(({ status }) => status === 'quarantined' || status === 'stored');
    if (refused !== undefined) throw new Error(`${refused.name} is ${refused.status}.`);
    if (items.some(({ status }) => status !== 'normalized')) return false;
    if (next === null) return true;
    after = `&after=${next}`;
  }
}
