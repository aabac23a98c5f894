import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import type { HostEvent, Job } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

let bench: DoorBench;
beforeEach(async () => {
  bench = await DoorBench.withLake();
});
afterEach(() => bench.remove());

/** So many that a job of them is still at work when it is told to rest, also on a busy computer. */
const FILES = 1_500;
const many = (count: number, bytes: number): Record<string, Uint8Array> => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f/${String(i).padStart(4, '0')}.bin`, Buffer.alloc(bytes, i)]));

describe('an intake from paths', () => {
  it('answers at once, fills the draft, and can be committed', async () => {
    const paths = [await bench.sources({ 'a.txt': 'a', 'b/c.txt': 'c' })];
    const begun = await bench.ask(routes.takePaths, { body: { dataset: 'WF-1', paths } });
    expect(begun.job).toMatchObject({ kind: 'intake', state: 'running', subject: 'WF-1', can: ['cancel', 'pause'] });
    const { report } = await bench.made(begun, 'intake');
    expect(report).toMatchObject({ files: 2, bytes: 2, unchanged: 0, resumed: 0, problemCount: 0 });
    expect(await bench.ask(routes.getDraft, { params: { dataset: 'WF-1' } })).toMatchObject({ mine: true, base: null, added: 2, bytes: 2, removed: 0 });
    expect((await bench.ask(routes.listChanges, { params: { dataset: 'WF-1' } })).items.map(({ kind, path }) => [kind, path])).toEqual([['added', 'a.txt'], ['added', 'b/c.txt']]);
    expect(await bench.commit('WF-1', 'First', ['raw'])).toBe('WF-1:v1');
    expect((await bench.ask(routes.listDrafts, {})).drafts).toEqual([]);
    expect((await bench.ask(routes.getLake, {})).totals).toEqual({ datasets: 1, versions: 1, files: 2, bytes: 2 });
  });

  it('tells of itself within 100 ms, at most 5 times a second, and last that it is done', async () => {
    const paths = [await bench.sources(many(60, 400_000))];
    const stop = new AbortController();
    const seen: { at: number; event: HostEvent }[] = [];
    const reading = (async () => {
      for await (const { event } of bench.events(undefined, stop.signal)) seen.push({ at: performance.now(), event });
    })().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const from = performance.now();
    const { job } = await bench.ask(routes.takePaths, { body: { dataset: 'WF-1', paths } });
    await bench.ended(job.id);
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    await reading;
    const jobs = seen.filter((item): item is { at: number; event: { type: 'job'; job: Job } } => item.event.type === 'job');
    expect((jobs[0]?.at ?? Infinity) - from).toBeLessThan(100);
    expect(jobs.at(-1)?.event.job).toMatchObject({ state: 'done', progress: { filesDone: 60, bytesDone: 24_000_000, share: 1 } });
    const length = (jobs.at(-1)?.at ?? 0) - from;
    expect(jobs.length).toBeLessThanOrEqual(3 + Math.ceil(length / 200));
    expect(seen.some(({ event }) => event.type === 'draft')).toBe(true);
  });

  it('is refused while another works on the same draft, and not on another', async () => {
    const paths = [await bench.sources(many(40, 500_000))];
    const first = await bench.ask(routes.takePaths, { body: { dataset: 'WF-1', paths } });
    expect((await bench.refused(routes.takePaths, { body: { dataset: 'WF-1', paths } })).code).toBe('DRAFT_BUSY');
    const second = await bench.ask(routes.takePaths, { body: { dataset: 'WF-2', paths } });
    expect((await bench.made(first, 'intake')).report.files).toBe(40);
    expect((await bench.made(second, 'intake')).report.files).toBe(40);
    const [one, two] = await Promise.all(['WF-1', 'WF-2'].map((dataset) => bench.commit(dataset)));
    expect([one, two]).toEqual(['WF-1:v1', 'WF-2:v1']);
    const { report } = await bench.made(await bench.ask(routes.verify, { body: { of: { kind: 'lake' } } }), 'verification');
    expect(report).toMatchObject({ clean: true, findingCount: 0 });
  });

  it('keeps what was staged when it is cancelled, and keeps the lake open while it works', async () => {
    const paths = [await bench.sources(many(FILES, 100_000))];
    const { job } = await bench.ask(routes.takePaths, { body: { dataset: 'WF-1', paths } });
    expect((await bench.refused(routes.closeLake, {})).code).toBe('JOB_REFUSED');
    await bench.until(job.id, ({ progress }) => progress.bytesDone > 0);
    const ended = await bench.ask(routes.cancelJob, { params: { job: job.id } });
    expect(ended).toMatchObject({ state: 'cancelled', problem: { code: 'CANCELLED' } });
    expect(ended.problem?.kept).toMatch(/kept in the draft/);
    // Cancelled once more, it is off the list.
    await bench.ask(routes.cancelJob, { params: { job: job.id } });
    expect((await bench.refused(routes.getJob, { params: { job: job.id } })).code).toBe('JOB_UNKNOWN');
  });

  it('rests and goes on without copying anything twice', async () => {
    const paths = [await bench.sources(many(FILES, 100_000))];
    const { job } = await bench.ask(routes.takePaths, { body: { dataset: 'WF-1', paths } });
    await bench.until(job.id, ({ progress }) => progress.bytesDone > 0);
    const paused = await bench.ask(routes.pauseJob, { params: { job: job.id } });
    expect(paused).toMatchObject({ state: 'paused', can: ['cancel', 'resume'] });
    const staged = (await bench.ask(routes.getDraft, { params: { dataset: 'WF-1' } })).added;
    expect((await bench.refused(routes.pauseJob, { params: { job: job.id } })).code).toBe('JOB_REFUSED');
    expect((await bench.ask(routes.resumeJob, { params: { job: job.id } })).state).toBe('running');
    const ended = await bench.ended(job.id);
    expect(ended.result).toMatchObject({ report: { files: FILES - staged, resumed: staged } });
    expect((await bench.ask(routes.getDraft, { params: { dataset: 'WF-1' } })).added).toBe(FILES);
  });

  it('can be resumed by another run of the program', async () => {
    const paths = [await bench.sources(many(FILES, 100_000))];
    const { job } = await bench.ask(routes.takePaths, { body: { dataset: 'WF-1', paths } });
    await bench.until(job.id, ({ progress }) => progress.bytesDone > 0);
    await bench.door.close();
    await bench.again({ lake: join(bench.folder, 'lakes', 'Records') });
    expect(await bench.ask(routes.getJob, { params: { job: job.id } })).toMatchObject({ state: 'paused', can: ['cancel', 'resume'] });
    await bench.ask(routes.resumeJob, { params: { job: job.id } });
    const ended = await bench.ended(job.id);
    expect(ended.state).toBe('done');
    expect((await bench.ask(routes.getDraft, { params: { dataset: 'WF-1' } })).added).toBe(FILES);
  });

  it('is shown as failed, and can be resumed, where the program died', async () => {
    const { job } = await bench.ask(routes.takePaths, { body: { dataset: 'WF-1', paths: [await bench.sources({ 'a.txt': 'a' })] } });
    await bench.ended(job.id);
    await bench.door.close();
    const file = join(bench.folder, 'profile', 'jobs.json');
    const list = JSON.parse(await readFile(file, 'utf8')) as { job: Job }[];
    await writeFile(file, JSON.stringify(list.map((item) => ({ ...item, job: { ...item.job, state: 'running', ended: null, result: null } }))));
    await bench.again();
    const shown = await bench.ask(routes.getJob, { params: { job: job.id } });
    expect(shown).toMatchObject({ state: 'failed', can: ['resume'], problem: { code: 'ENGINE_LOST' } });
    expect(shown.problem?.kept).toBe('What was staged until then is kept in the draft of WF-1.');
    // Its lake is not open yet.
    expect((await bench.refused(routes.resumeJob, { params: { job: job.id } })).code).toBe('JOB_REFUSED');
    const [lake] = (await bench.ask(routes.listLakes, {})).lakes;
    await bench.ask(routes.openLake, { params: { key: lake?.key ?? '' } });
    await bench.ask(routes.resumeJob, { params: { job: job.id } });
    expect(await bench.ended(job.id)).toMatchObject({ state: 'done', result: { report: { files: 0, resumed: 1 } } });
  });

  it('tells of what it did not take', async () => {
    const { job } = await bench.ask(routes.takePaths, { body: { dataset: 'WF-1', paths: ['/nowhere/at/all', await bench.sources({ 'a.txt': 'a' })] } });
    const ended = await bench.ended(job.id);
    expect(ended.result).toMatchObject({ kind: 'intake', report: { files: 1, problemCount: 1, problems: [{ source: '/nowhere/at/all' }] } });
  });
});

describe('drafts', () => {
  it('are looked at as before when the lake was closed and opened again', async () => {
    await bench.ingest('WF-1', { 'a.txt': 'a' });
    await bench.take('WF-1', { 'a.txt': 'changed', 'b.txt': 'b' });
    const before = await bench.ask(routes.listChanges, { params: { dataset: 'WF-1' } });
    expect(before.items.map(({ kind }) => kind)).toEqual(['replaced', 'added']);
    const [lake] = (await bench.ask(routes.listLakes, {})).lakes;
    await bench.ask(routes.closeLake, {});
    await bench.ask(routes.openLake, { params: { key: lake?.key ?? '' } });
    expect(await bench.ask(routes.listChanges, { params: { dataset: 'WF-1' } })).toEqual(before);
  });

  it('are changed: files left out and renamed', async () => {
    await bench.ingest('WF-1', { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
    await bench.take('WF-1', { 'd.txt': 'd' });
    expect(await bench.ask(routes.removeFromDraft, { params: { dataset: 'wf-1' }, body: { paths: ['a.txt'] } })).toMatchObject({ added: 1, removed: 1, base: 1 });
    await bench.ask(routes.renameInDraft, { params: { dataset: 'WF-1' }, body: { from: 'b.txt', to: 'e.txt' } });
    expect((await bench.ask(routes.listChanges, { params: { dataset: 'WF-1' }, query: { limit: 2 } }))).toMatchObject({ items: [{ kind: 'removed', path: 'a.txt' }, { kind: 'removed', path: 'b.txt' }], next: 'b.txt' });
    expect((await bench.ask(routes.getDataset, { params: { id: 'WF-1' } })).draft).toBe(4);
    expect((await bench.refused(routes.removeFromDraft, { params: { dataset: 'WF-1' }, body: { paths: ['no.txt'] } })).code).toBe('FILE_UNKNOWN');
    expect((await bench.refused(routes.renameInDraft, { params: { dataset: 'WF-1' }, body: { from: 'c.txt', to: 'd.txt' } })).code).toBe('NAME_TAKEN');
    await bench.commit('WF-1');
    expect((await bench.ask(routes.listFiles, { params: { ref: 'WF-1' } })).items.map(({ path }) => path)).toEqual(['c.txt', 'd.txt', 'e.txt']);
  });

  it('are thrown away with what is staged in them', async () => {
    await bench.take('WF-1', { 'a.txt': 'a' });
    await bench.made(await bench.ask(routes.discardDraft, { params: { dataset: 'WF-1' } }), 'discard');
    expect((await bench.ask(routes.listDrafts, {})).drafts).toEqual([]);
    expect((await readdir(join(bench.folder, 'lakes', 'Records', 'staging'))).length).toBe(0);
    expect((await bench.refused(routes.getDraft, { params: { dataset: 'WF-1' } })).code).toBe('DATASET_UNKNOWN');
  });

  it('that hold nothing are not committed', async () => {
    await bench.ingest('WF-1', { 'a.txt': 'a' });
    expect((await bench.refused(routes.commitDraft, { params: { dataset: 'WF-1' }, body: { message: null } })).code).toBe('DRAFT_NONE');
    await bench.take('WF-1', { 'a.txt': 'a' });
    const { job } = await bench.ask(routes.commitDraft, { params: { dataset: 'WF-1' }, body: { message: null } });
    expect(await bench.ended(job.id)).toMatchObject({ state: 'failed', problem: { code: 'DRAFT_EMPTY' } });
  });
});
