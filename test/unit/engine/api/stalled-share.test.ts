import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';
import { mounted, whyNoMount } from '../../../builders/mounted.ts';
import type { Mounted } from '../../../builders/mounted.ts';
import { eventually } from '../../../builders/two-stations.ts';

/** A lake whose share stands still, breaks off, and comes back. */

const STALL_MS = 25_000;

describe('a share that stands still for 25 seconds', () => {
  let folder: string;
  let share: Mounted;
  let bench: DoorBench;
  beforeEach((ctx) => ctx.skip(whyNoMount !== null, whyNoMount ?? ''));
  beforeAll(async () => {
    if (whyNoMount !== null) return;
    folder = await mkdtemp(join(tmpdir(), 'hms-share-'));
    share = await mounted(join(folder, 'server'), join(folder, 'share'));
    bench = await DoorBench.open({ home: share.folder });
    await bench.ask(routes.createLake, { body: { name: 'Records', zone: 'America/New_York' } });
    await bench.ingest('WF-1', { 'a.txt': 'a', 'b.txt': 'b' });
    await bench.take('WF-1', { 'c.txt': 'c' });
  });
  afterAll(async () => {
    if (whyNoMount !== null) return;
    share.goOn();
    await bench.remove();
    await share.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const stallTest = async (): Promise<void> => {
    const stop = new AbortController();
    const told: string[] = [];
    void (async () => {
      for await (const { event } of bench.events(undefined, stop.signal)) if (event.type === 'away') told.push(event.since === null ? 'back' : 'away');
    })().catch(() => undefined);
    const { ledger } = await bench.ask(routes.getLake, {});
    await bench.ask(routes.listDrafts, {});
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const begun = performance.now();
    share.stop();
    delay.enable();
    // What is under way when it begins: an intake, and more questions than there are threads.
    const intake = await bench.ask(routes.takePaths, { body: { dataset: 'WF-2', paths: [await bench.sources({ 'd.txt': 'd' })] } }).catch((error: unknown) => error as Error);
    const asked = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const at = performance.now();
        const { items } = await bench.ask(routes.listFiles, { params: { ref: 'WF-1:v1' } });
        return { ms: performance.now() - at, paths: items.map(({ path }) => path) };
      }),
    );
    expect(asked.map(({ paths }) => paths)).toEqual(Array.from({ length: 12 }, () => ['a.txt', 'b.txt']));
    const state = await bench.ask(routes.getLake, {});
    expect(state.away?.problem).toMatchObject({ code: 'PLACE_AWAY', facts: { system: 'silent' } });
    expect(state.away?.problem.detail).toContain('does not answer');
    expect(Date.parse(state.ledger.checked)).toBeLessThanOrEqual(Date.parse(state.away?.since ?? ''));
    expect(Date.parse(state.ledger.checked)).toBeGreaterThanOrEqual(Date.parse(ledger.checked));
    // Once it is known, nobody waits: reading from the catalog, what was known of drafts, and refusals.
    const quick: number[] = [];
    const timed = async <T>(work: () => Promise<T>): Promise<T> => {
      const at = performance.now();
      const result = await work();
      quick.push(performance.now() - at);
      return result;
    };
    expect((await timed(() => bench.ask(routes.listDatasets, {}))).items.map(({ id, draft }) => [id, draft])).toContainEqual(['WF-1', 1]);
    expect((await timed(() => bench.ask(routes.listDrafts, {}))).drafts.map(({ dataset }) => dataset)).toContain('WF-1');
    expect((await timed(() => bench.ask(routes.listEntries, {}))).items.length).toBeGreaterThan(1);
    expect((await timed(() => bench.ask(routes.listKeys, {}))).keys.length).toBeGreaterThan(1);
    for (const refused of [() => bench.refused(routes.addAlias, { params: { id: 'WF-1' }, body: { alias: 'W' } }), () => bench.refused(routes.commitDraft, { params: { dataset: 'WF-1' }, body: { message: null } }), () => bench.refused(routes.getEntry, { params: { seq: 0 } })]) {
      expect(await timed(refused)).toMatchObject({ code: 'PLACE_AWAY', status: 503, kept: 'Nothing was changed.' });
    }
    expect((await timed(() => bench.raw('/dta/versions/WF-1%3Av1/file?path=a.txt'))).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, STALL_MS - (performance.now() - begun))));
    share.goOn();
    await eventually(() => bench.ask(routes.getLake, {}), ({ away }) => away === null);
    delay.disable();
    console.log(`stalled for ${Math.round(performance.now() - begun)} ms: main loop blocked at most ${(delay.max / 1e6).toFixed(1)} ms, first reads answered after ${Math.round(Math.max(...asked.map(({ ms }) => ms)))} ms, those after that within ${Math.round(Math.max(...quick))} ms`);
    expect(told[0]).toBe('away');
    await eventually(() => Promise.resolve(told), (list) => list.at(-1) === 'back');
    // One call that waits for the share would take the whole of it. A machine that is busy with other things holds the loop up now and then too (500 ms were seen at a load of five for each core), hence the second bound.
    expect(delay.percentile(99) / 1e6).toBeLessThan(100);
    expect(delay.max / 1e6).toBeLessThan(1_000);
    expect(Math.max(...quick)).toBeLessThan(STALL_MS / 10);
    stop.abort();
    // The intake that was under way went on by itself, or had not begun.
    if (!(intake instanceof Error)) expect(await bench.ended(intake.job.id)).toMatchObject({ state: 'done' });
    expect(await bench.commit('WF-1')).toBe('WF-1:v2');
  };

  it('the main loop never waits, reading goes on from the catalog, writing is refused, and all goes on when it answers', stallTest, 120_000);

  it('cut off and mounted again: an intake waits, then goes on by itself, and nothing is lost', async () => {
    const stop = new AbortController();
    void (async () => {
      for await (const _ of bench.events(undefined, stop.signal)) continue;
    })().catch(() => undefined);
    const { job } = await bench.ask(routes.beginIntake, { body: { dataset: 'WF-3', files: 1, bytes: 1 } });
    await bench.until(job.id, ({ progress }) => progress.phase === 'Receiving and hashing');
    await share.cut();
    await eventually(() => bench.ask(routes.getLake, {}), ({ away }) => away !== null);
    const upload = await bench.raw('/dta/uploads', { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'upload-length': '1', 'upload-metadata': `intake ${btoa(job.id)},path ${btoa('x.txt')},mtime ${btoa('1000')}`, 'content-type': 'application/offset+octet-stream' }, body: 'x' });
    expect(upload.status).toBe(201);
    const held = await bench.until(job.id, ({ state }) => state === 'waiting');
    expect(held.progress.phase).toBe('Waiting for the disk or share to answer');
    expect((await bench.ask(routes.listFiles, { params: { ref: 'WF-1:v1' } })).items).toHaveLength(2);
    await share.again();
    await bench.until(job.id, ({ state }) => state === 'running');
    await bench.ask(routes.finishIntake, { params: { job: job.id }, body: {} });
    expect(await bench.ended(job.id)).toMatchObject({ state: 'done', result: { report: { files: 1, problemCount: 0 } } });
    expect(await bench.commit('WF-3')).toBe('WF-3:v1');
    expect(await readFile(join(folder, 'server', 'Records', 'lake.json'), 'utf8')).toContain('hms-dta-lake/1');
    stop.abort();
  }, 60_000);
});

describe('a lake whose folder is not there for a while', () => {
  let bench: DoorBench;
  beforeAll(async () => {
    bench = await DoorBench.withLake();
    await bench.ingest('WF-1', { 'a.txt': 'a' });
  });
  afterAll(() => bench.remove());

  it('is read from the catalog, is said to be away since when, and is written to again when it is back', async () => {
    const [place, elsewhere] = [join(bench.folder, 'lakes', 'Records'), join(bench.folder, 'elsewhere')];
    const entries = (await bench.ask(routes.getLake, {})).ledger.size;
    await rename(place, elsewhere);
    const state = await bench.ask(routes.getLake, {});
    expect(state.ledger.size).toBe(entries);
    expect(state.away?.problem).toMatchObject({ code: 'PLACE_AWAY', facts: { system: 'ENOENT' } });
    expect((await bench.ask(routes.getVersion, { params: { ref: 'WF-1' } })).files).toBe(1);
    expect((await bench.refused(routes.addAlias, { params: { id: 'WF-1' }, body: { alias: 'W' } })).code).toBe('PLACE_AWAY');
    expect((await bench.refused(routes.verify, { body: { of: { kind: 'lake' } } })).code).toBe('PLACE_AWAY');
    expect((await bench.refused(routes.rebuildCatalog, {})).code).toBe('PLACE_AWAY');
    const { lakes } = await bench.ask(routes.listLakes, {});
    expect(lakes.map(({ present }) => present)).toEqual([false]);
    await rename(elsewhere, place);
    await eventually(() => bench.ask(routes.getLake, {}), ({ away }) => away === null);
    expect((await bench.ask(routes.addAlias, { params: { id: 'WF-1' }, body: { alias: 'W' } })).aliases).toEqual(['W']);
  });

  it('an older copy in its place is still told as one, and not as a lake that is away', async () => {
    const head = join(bench.folder, 'lakes', 'Records', 'ledger', 'entries', 'x000', 'x000');
    const last = String((await bench.ask(routes.getLake, {})).ledger.size - 1).padStart(3, '0');
    await rename(join(head, last), join(bench.folder, 'kept'));
    expect((await bench.refused(routes.getLake, {})).code).toBe('LAKE_OLDER_THAN_SEEN');
    await rename(join(bench.folder, 'kept'), join(head, last));
    expect((await bench.ask(routes.getLake, {})).away).toBeNull();
  });

  it('is no lake where something else stands in its place', async () => {
    const [place, elsewhere] = [join(bench.folder, 'lakes', 'Records'), join(bench.folder, 'elsewhere')];
    const key = (await bench.ask(routes.listLakes, {})).lakes[0]?.key ?? '';
    await bench.ask(routes.closeLake, {});
    await rename(place, elsewhere);
    await writeFile(place, 'something else');
    expect((await bench.refused(routes.openLake, { params: { key } })).code).toBe('NOT_A_LAKE');
    await rm(place);
    await rename(elsewhere, place);
    expect((await bench.ask(routes.openLake, { params: { key } })).away).toBeNull();
  });
});
