import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ProgramId } from '../../src/contract/index.ts';
import { initLake } from '../../src/engine/init.ts';
import { objectFolder } from '../../src/engine/lake/index.ts';
import { openToWrite } from '../../src/engine/open.ts';
import type { WritableLake } from '../../src/engine/open.ts';
import { dropContent, dropOfText } from '../../src/engine/raw-drops.ts';
import { Receiving } from '../../src/engine/receiving.ts';
import { dropName } from '../../src/contract/index.ts';
import { unflushedDisk } from '../builders/lake/unflushed.ts';

/** 10,000 raw drops of 2 kB. */

const DROPS = 10_000;
const AT_ONCE = 64;
const order = { program: 12 as ProgramId, sender: 'Seat-belt rig', contract: null };

let folder: string;
let lake: WritableLake;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hms-drops-'));
  const options = { folder: join(folder, 'lake'), profile: join(folder, 'profile'), disk: unflushedDisk };
  await (await initLake({ ...options, zone: 'UTC' })).lake.close();
  lake = await openToWrite(options);
});
afterAll(async () => {
  await lake.close();
  rmSync(folder, { recursive: true });
});

const contentOf = (n: number): string => `drop ${n}\n`.padEnd(2_000, 'model,fail,test_time\n');

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

/** Milliseconds for one look, of many at different drops. */
async function timeToFind(numbers: readonly number[]): Promise<number> {
  const started = performance.now();
  for (const raw of numbers) await dropContent(lake, dropOfText(lake, String(raw)));
  return (performance.now() - started) / numbers.length;
}

it('one of 10,000 is found as fast as one of 200: no folder is listed, and no inventory is larger', { timeout: 3_600_000 }, async () => {
  const receiving = await Receiving.begin(lake);
  const numbers = new Map<number, number>();
  const times: number[] = [];
  const started = performance.now();
  let next = 0;
  const send = async (until: number): Promise<void> => {
    const program = async (): Promise<void> => {
      for (let n = next; n < until; n = next) {
        next += 1;
        numbers.set(n, (await receiving.enter(order, await receiving.stage(`drop-${n}.csv`, bytesOf(contentOf(n))))).rawId);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, program));
  };
  const sample = (): number[] => [...numbers.values()].filter((_, i) => i % Math.ceil(numbers.size / 200) === 0);
  await send(200);
  await timeToFind(sample());
  times.push(await timeToFind(sample()));
  const memory = process.memoryUsage().rss;
  await send(DROPS);
  await timeToFind(sample());
  times.push(await timeToFind(sample()));
  await receiving.close();
  const grown = (process.memoryUsage().rss - memory) / 2 ** 20;
  console.info(`${DROPS} drops in ${((performance.now() - started) / 1_000).toFixed(0)} s; found in ${times.map((time) => time.toFixed(2)).join(' ms of 200, ')} ms of all; ${grown.toFixed(0)} MB more resident`);
  // Twice as long is what a busy machine makes of the same work; a listing of 10,000 would be fifty times.
  expect(times[1]).toBeLessThan(5 * (times[0] ?? 0));
  expect(grown).toBeLessThan(300);
  expect(new Set(numbers.values()).size).toBe(DROPS);
  expect(lake.catalog.drops(null, null, 1).drops[0]?.rawId).toBe(Math.max(...numbers.values()));
  for (const n of [0, 999, 1_000, 5_555, DROPS - 1]) {
    const drop = dropOfText(lake, String(numbers.get(n)));
    expect(await readFile((await dropContent(lake, drop)).place, 'utf8')).toBe(contentOf(n));
    expect(statSync(join(objectFolder(lake.paths, 'raw', dropName(drop.id)), 'inventory.json')).size).toBeLessThan(1_000);
  }
});
