import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetId } from '../src/contract/index.ts';
import { commit, put } from '../src/engine/drafting.ts';
import { initLake } from '../src/engine/init.ts';
import { openToWrite } from '../src/engine/open.ts';
import { median, root, timed } from './harness.ts';
import type { Bench, Ran } from './harness.ts';
import { unflushedDisk } from '../test/builders/lake/unflushed.ts';

const DATASETS = 1_000;
const FILES = 300;

/** Opening a lake of 1,000 datasets with 300,000 files: with a catalog that knows it, and with none. */
export const open: Bench = {
  name: 'open',
  async run(folder, rounds) {
    const options = { folder: join(folder, 'lake'), profile: join(folder, 'profile'), disk: unflushedDisk };
    await build(options, join(folder, 'source'));
    const inside = (what: string): Promise<Ran> => timed([process.execPath, join(root, 'bench', 'open-once.ts'), options.folder, options.profile, what]);
    const warm: Ran[] = [];
    for (let round = 0; round < rounds; round++) warm.push(await inside('warm'));
    const rebuilt = await inside('rebuild');
    const opening = median(warm.map((ran) => Number(ran.said)));
    const row = { against: '–', peer: '–' };
    return [
      { ...row, work: 'open a lake of 1,000 datasets / 300,000 files, catalog warm (for writing, without the start of node)', ours: `${opening.toFixed(0)} ms`, result: `${opening.toFixed(0)} ms`, target: '< 300 ms', reached: opening < 300, memory: Math.round(Math.max(...warm.map((ran) => ran.memory))) },
      { ...row, work: 'the same, catalog rebuilt from nothing', ours: `${(Number(rebuilt.said) / 1000).toFixed(1)} s`, result: `${(Number(rebuilt.said) / 1000).toFixed(1)} s`, target: '< 60 s', reached: rebuilt.seconds < 60, memory: Math.round(rebuilt.memory) },
    ];
  },
};

async function build(options: { folder: string; profile: string; disk: typeof unflushedDisk }, source: string): Promise<void> {
  await (await initLake({ ...options, zone: 'UTC' })).lake.close();
  const lake = await openToWrite(options);
  const quiet = { signal: new AbortController().signal, onProgress: () => undefined, inline: true };
  for (let n = 0; n < DATASETS; n++) {
    const folder = join(source, String(n));
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < FILES; i++) writeFileSync(join(folder, `record-${i}.txt`), `${n} ${i}`);
    const id = `SET-${String(n).padStart(4, '0')}` as DatasetId;
    await put(lake, id, [{ kind: 'path', path: `${folder}/.` }], quiet);
    await commit(lake, id, { message: null, tags: [] });
  }
  await lake.close();
}
