import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DatasetId } from '../../../src/contract/index.ts';
import { parseCheckpoint } from '../../../src/core/index.ts';
import { commit, put } from '../../../src/engine/drafting.ts';
import { initLake } from '../../../src/engine/init.ts';
import { openToRead } from '../../../src/engine/open.ts';
import { enrollStation, requestEnrolment } from '../../../src/engine/stations.ts';
import { verify } from '../../../src/verify/index.ts';
import { start } from './processes.ts';
import { quiet } from './scenario.ts';

/** `writers` real processes of so many stations, each with `appends` acts on one lake: nothing is lost, doubled or left out. */
export async function appendAtOnce(writers: number, appends: number, stations: number): Promise<{ seconds: number }> {
  const base = await mkdtemp(join(tmpdir(), 'hms-appends-'));
  try {
    const { lake, profiles } = await prepare(base, stations);
    const running = Array.from({ length: writers }, (_, i) => start('appender.ts', [lake, profiles[i % profiles.length] ?? '', 'LOG', `w${i}`, String(appends)]));
    await Promise.all(running.map((writer) => writer.printed('ready\n')));
    const began = performance.now();
    for (const writer of running) writer.child.stdin?.write('go\n');
    const ends = await Promise.all(running.map((writer) => writer.ended));
    const seconds = (performance.now() - began) / 1000;
    expect(ends.map((end) => [end.code, end.stderr])).toEqual(ends.map(() => [0, '']));
    await expectEvery(lake, profiles[0] ?? '', ends.map((end) => end.stdout), appends, 2 + stations);
    return { seconds };
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

async function prepare(base: string, stations: number): Promise<{ lake: string; profiles: string[] }> {
  const folder = join(base, 'lake');
  const profiles = Array.from({ length: stations }, (_, i) => join(base, `profile-${i}`));
  const { lake } = await initLake({ folder, profile: profiles[0] ?? '', zone: 'America/New_York' });
  await mkdir(join(base, 'in'));
  await writeFile(join(base, 'in', 'a.txt'), 'a');
  await put(lake, 'LOG' as DatasetId, [{ kind: 'path', path: join(base, 'in', 'a.txt') }], { ...quiet, inline: true });
  await commit(lake, 'LOG' as DatasetId, { message: null, tags: [] });
  for (const profile of profiles.slice(1)) {
    const asking = await openToRead({ folder, profile });
    const { id16 } = await requestEnrolment(asking);
    await asking.close();
    await enrollStation(lake, id16, null);
  }
  await lake.close();
  return { lake: folder, profiles };
}

/** Every acknowledged act stands where its writer was told, once, and nothing else does; `before` entries were there already. */
async function expectEvery(folder: string, profile: string, printed: readonly string[], appends: number, before: number): Promise<void> {
  const told = printed.flatMap((text) => text.split('\n').filter((line) => /^\d/.test(line)));
  expect(told).toHaveLength(printed.length * appends);
  const lake = await openToRead({ folder, profile });
  try {
    const size = lake.catalog.position().size;
    expect(size).toBe(before + told.length);
    const standing: string[] = [];
    for (let next: number | null | undefined = undefined; next !== null; ) {
      const page = lake.catalog.log({ op: 'tag.added', ...(next === undefined ? {} : { before: next }) }, 1000);
      for (const entry of page.entries) if (entry.effect) standing.push(`${entry.seq} ${entry.txn ?? ''}`);
      next = page.next;
    }
    expect(standing.sort()).toEqual([...told].sort());
    expect(parseCheckpoint(await readFile(lake.paths.checkpoint, 'utf8'))?.size).toBe(size);
  } finally {
    await lake.close();
  }
  // Chain, signatures, tree, tiles and checkpoint, by the checker that shares no code with the writer.
  const report = await verify(folder);
  expect(report.findings.filter((finding) => finding.severity !== 'note')).toEqual([]);
  expect(report.checked.entries).toBe(before + told.length);
}
