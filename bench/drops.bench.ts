import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hms, root, timed } from './harness.ts';
import type { Bench } from './harness.ts';

/** `HMS_BENCH_DROPS` tries it with fewer, or watches the memory with more. */
const DROPS = Number(process.env['HMS_BENCH_DROPS'] ?? 1_000);
const ROWS = 1_000;
/** Posts under way at a time, as of several programs that deliver. */
const AT_ONCE = 16;
const PATIENCE_MS = 600_000;
/** Share of the drops after which the program is warm. */
const WARM = 0.3;

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

/** 1,000 drops of 1,000 rows, one of four columns masked, posted to `hms dta serve` while they are normalized, until every row is in the table. */
export const drops: Bench = {
  name: 'drops',
  async run(folder) {
    const environment = { HMS_LAKE: join(folder, 'lake'), HMS_PROFILE: join(folder, 'profile') };
    const terms = join(folder, 'car_sensor_tests.odcs.yaml');
    writeFileSync(terms, contract);
    await timed([...hms, 'init', environment.HMS_LAKE, '--zone', 'UTC'], environment);
    await timed([...hms, 'contract', 'publish', terms], environment);
    const { said } = await timed([...hms, 'token', 'make', 'Bench', '--scope', 'raw:write', '--scope', 'query:read', '--days', '1'], environment);
    const token = /[\w-]+\.[\w-]+\.[\w-]+/.exec(said)?.[0] ?? '';
    // As people start it: with its threads, and the room for young objects that it begins with.
    const served = spawn(process.execPath, [join(root, 'bin', 'hms.mjs'), 'dta', 'serve'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
    try {
      const target = { origin: await originOf(served), token };
      const server = served.pid ?? 0;
      const samples: { readonly received: number; readonly resident: number }[] = [];
      const before = processorMs(server);
      const started = performance.now();
      const seconds = (): number => (performance.now() - started) / 1_000;
      let next = 0;
      const deliver = async (): Promise<void> => {
        for (let n = next++; n < DROPS; n = next++) {
          await post(target, n);
          if (n % 50 === 0) samples.push({ received: n, resident: residentNow(server) });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, deliver));
      const posted = seconds();
      while (!(await isNewestNormalized(target))) {
        if (performance.now() - started > PATIENCE_MS) throw new Error('The drops were not normalized in ten minutes.');
        await new Promise((resolve) => setTimeout(resolve, 200));
        samples.push({ received: DROPS, resident: residentNow(server) });
      }
      const rate = DROPS / seconds();
      const after = processorMs(server);
      const [own, others] = [after.own - before.own, after.others - before.others].map((ms) => (ms / DROPS).toFixed(1));
      const versions = await newestVersion(target);
      await refuseOthers(target);
      const warm = samples.filter(({ received }) => received >= DROPS * WARM).map(({ resident }) => resident);
      const third = Math.ceil(warm.length / 3);
      const means = [warm.slice(0, third), warm.slice(third, 2 * third), warm.slice(2 * third)].map((part) => Math.round(part.reduce((sum, one) => sum + one, 0) / part.length));
      return [
        {
          work: `${DROPS.toLocaleString('en-US')} drops of ${ROWS.toLocaleString('en-US')} rows posted to \`hms dta serve\`, ${AT_ONCE} at a time, and normalized meanwhile (answered after ${posted.toFixed(1)} s; processor time a drop ${own ?? ''} ms, and ${others ?? ''} ms of its query processes, without who posts; ${versions} versions of the table; load ${loadavg()[0]?.toFixed(1) ?? ''}; resident at the start ${samples[0]?.resident ?? 0} MB, then, in three parts from ${WARM * 100} % on, ${means.join(', ')} MB in the mean)`,
          ours: `${rate.toFixed(0)} / s`,
          against: '–',
          peer: '–',
          result: `${rate.toFixed(0)} / s`,
          target: '> 50 / s',
          reached: rate > 50,
          memory: Math.max(...samples.map(({ resident }) => resident)),
        },
      ];
    } finally {
      served.kill('SIGINT');
      await once(served, 'exit');
    }
  },
};

interface Target {
  readonly origin: string;
  readonly token: string;
}

async function originOf(served: ChildProcess): Promise<string> {
  if (served.stdout === null) throw new Error('The program has no output.');
  for await (const line of createInterface(served.stdout)) {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
    if (found !== null) return found[0];
  }
  throw new Error('The program ended before it listened.');
}

/** MB that a process has resident. */
function residentNow(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
}

/** Milliseconds of processor time of a process, and of all that it has started: of those that ended and those that run. */
function processorMs(pid: number): { readonly own: number; readonly others: number } {
  const fields = statOf(pid);
  const ms = (from: readonly string[], at: number): number => (Number(from[at] ?? 0) + Number(from[at + 1] ?? 0)) * 10;
  const running = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && statOf(Number(name))[1] === String(pid));
  return { own: ms(fields, 11), others: running.reduce((sum, name) => sum + ms(statOf(Number(name)), 11), ms(fields, 13)) };
}

/** What stands behind the name in `/proc/PID/stat`; nothing of one that has ended. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

async function post({ origin, token }: Target, n: number): Promise<void> {
  const lines = Array.from({ length: ROWS }, (_, i) => `Model-${i % 2 === 0 ? 'Z' : 'A'},${i % 3 === 0 ? 1 : 0},2024-07-${String(1 + (n % 28)).padStart(2, '0')}T10:00:00Z,${String(100_000_000 + n * ROWS + i)}`);
  const form = new FormData();
  form.set('program_id', '12');
  form.set('file', new Blob([`car_model,sensor_fail,test_time,ssn\n${lines.join('\n')}\n`]), `seatbelt_${n}.csv`);
  const response = await fetch(`${origin}/dta/raw`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
}

interface Page {
  readonly items: readonly { readonly status: string; readonly name: string }[];
  readonly next: string | null;
}

async function page({ origin, token }: Target, query: string): Promise<Page> {
  const response = await fetch(`${origin}/dta/raw?${query}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Page;
}

/** How many versions the table has. */
async function newestVersion({ origin, token }: Target): Promise<number> {
  const response = await fetch(`${origin}/dta/tables/car_sensor_tests`, { headers: { authorization: `Bearer ${token}` } });
  return ((await response.json()) as { version?: number }).version ?? 0;
}

/** Drops of one table are normalized in their order. */
async function isNewestNormalized(target: Target): Promise<boolean> {
  const { items } = await page(target, 'limit=1');
  return items[0]?.status === 'normalized';
}

async function refuseOthers(target: Target): Promise<void> {
  for (let after: string | null = ''; after !== null; ) {
    const { items, next }: Page = await page(target, `limit=500${after === '' ? '' : `&after=${after}`}`);
    const other = items.find(({ status }) => status !== 'normalized');
    if (other !== undefined) throw new Error(`${other.name} is ${other.status}.`);
    after = next;
  }
}
