import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import type { HostEvent } from '../../../../src/contract/api/index.ts';
import type { DoorBench } from '../../../builders/door.ts';
import { eventually, twoStations } from '../../../builders/two-stations.ts';

/** Two stations on one lake, without a server and without file watchers. */

let stations: Awaited<ReturnType<typeof twoStations>>;
beforeAll(async () => void (stations = await twoStations()));
afterAll(() => stations.remove());

/** Reads the events of a door until `stop`. */
function listen(bench: DoorBench): { readonly seen: { readonly event: HostEvent; readonly at: number }[]; stop(): void } {
  const stop = new AbortController();
  const seen: { event: HostEvent; at: number }[] = [];
  void (async () => {
    for await (const { event } of bench.events(undefined, stop.signal)) seen.push({ event, at: performance.now() });
  })().catch(() => undefined);
  return { seen, stop: () => stop.abort() };
}

describe('two stations on one lake', () => {
  it('what one commits is told to the other within 10 seconds, and stands in its catalog', async () => {
    const { first, second } = stations;
    const listening = listen(first);
    await first.ask(routes.getLake, {});
    const waits: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      const before = listening.seen.length;
      await second.ingest('WF-2024-07', { [`${name}.txt`]: name });
      const committed = performance.now();
      await eventually(() => Promise.resolve(listening.seen.slice(before)), (seen) => seen.some(({ event }) => event.type === 'ledger'), 12_000);
      waits.push((listening.seen.slice(before).find(({ event }) => event.type === 'ledger')?.at ?? Infinity) - committed);
    }
    listening.stop();
    console.log(`told after ${waits.map((ms) => `${Math.max(0, Math.round(ms))} ms`).join(', ')}`);
    expect(Math.max(...waits)).toBeLessThan(10_000);
    expect((await first.ask(routes.getDataset, { params: { id: 'WF-2024-07' } })).newest?.ref).toBe('WF-2024-07:v3');
  });

  it('who is ingesting into what, since when and at which station is seen by the other, and that it is over', async () => {
    const { first, second, lake } = stations;
    const listening = listen(first);
    const { job } = await second.ask(routes.beginIntake, { body: { dataset: 'WF-2024-07', files: 1, bytes: 1 } });
    const { name, id } = (await second.ask(routes.about, {})).station ?? {};
    // Into what it ingests is read from the draft, which is written a moment after the sign.
    const { stations: present } = await eventually(() => first.ask(routes.listPresent, {}), (answer) => answer.stations[0]?.doing === 'ingesting' && answer.stations[0].dataset !== null);
    expect(present).toEqual([{ station: id, name, doing: 'ingesting', dataset: 'WF-2024-07', account: 'jalvarez', since: expect.any(String) as string }]);
    expect(listening.seen.some(({ event }) => event.type === 'presence')).toBe(true);
    const file = await readFile(join(lake, 'stations', `${id}.json`), 'utf8');
    expect(Object.keys(JSON.parse(file) as object)).toEqual(['at', 'counter', 'doing', 'station', 'txn', 'v']);
    expect(file).not.toContain('jalvarez');
    await second.ask(routes.finishIntake, { params: { job: job.id }, body: {} });
    await second.ended(job.id);
    await eventually(() => first.ask(routes.listPresent, {}), (answer) => answer.stations[0]?.doing === 'idle');
    await second.ask(routes.closeLake, {});
    await eventually(() => first.ask(routes.listPresent, {}), (answer) => answer.stations.length === 0);
    listening.stop();
  });
});
