import { execFileSync } from 'node:child_process';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

/** Disks that are full or away, and work that is stopped at any moment. */

let bench: DoorBench;
beforeEach(async () => {
  bench = await DoorBench.withLake();
});
afterEach(() => bench.remove());

const TUS = { 'tus-resumable': '1.0.0' };
const lake = (): string => join(bench.folder, 'lakes', 'Records');
const files = (n: number): Record<string, string> => Object.fromEntries(Array.from({ length: n }, (_, i) => [`d${i % 7}/${i}.txt`, `record ${i}`]));

function send(values: Readonly<Record<string, string>>, content: Uint8Array): Promise<Response> {
  const metadata = Object.entries(values).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(',');
  return bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': String(content.length), 'upload-metadata': metadata, 'content-type': 'application/offset+octet-stream', 'content-length': String(content.length) }, body: content as Uint8Array<ArrayBuffer> });
}

describe('a lake that goes away', () => {
  it('lets the work wait, with words, and go on when it is back', async () => {
    const { job } = await bench.ask(routes.beginIntake, { body: { dataset: 'WF-1', files: 2, bytes: 2 } });
    await send({ intake: job.id, path: 'a.txt' }, Buffer.from('a'));
    await bench.until(job.id, ({ progress }) => progress.filesDone === 1);
    await rename(lake(), `${lake()}-away`);
    await send({ intake: job.id, path: 'b.txt' }, Buffer.from('b'));
    const held = await bench.until(job.id, ({ state }) => state === 'waiting');
    expect(held.problem).toMatchObject({
      code: 'PLACE_AWAY',
      detail: `The folder of this lake is not there now (${lake()}): the disk or share is not connected, or the folder was moved.`,
      kept: 'What was copied before is kept in the draft.',
    });
    expect((await bench.ask(routes.getLake, {})).away?.problem.code).toBe('PLACE_AWAY');
    // Nothing was made in its place, which would keep it from coming back.
    await rename(`${lake()}-away`, lake());
    await bench.until(job.id, ({ state }) => state === 'running');
    expect((await bench.ask(routes.getLake, {})).away).toBeNull();
    await send({ intake: job.id, path: 'b.txt' }, Buffer.from('b'));
    await bench.ask(routes.finishIntake, { params: { job: job.id }, body: {} });
    expect((await bench.ended(job.id)).problem).toBeNull();
    expect(await bench.commit('WF-1')).toBe('WF-1:v1');
    expect((await bench.ask(routes.listFiles, { params: { ref: 'WF-1' }, query: {} })).items.map(({ path }) => path)).toEqual(['a.txt', 'b.txt']);
    expect(bench.logged).toEqual(['The lake does not answer (ENOENT). undefined', 'The lake answers again. undefined']);
  });

  it('that was deleted is told of, and can be closed', async () => {
    await bench.ingest('WF-1', { 'a.txt': 'a' });
    await rm(lake(), { recursive: true });
    expect((await bench.ask(routes.getLake, {})).away?.problem).toMatchObject({ code: 'PLACE_AWAY', facts: { system: 'ENOENT' } });
    expect((await bench.raw('/dta/versions/WF-1:v1/file?path=a.txt')).status).toBe(503);
    await bench.ask(routes.closeLake, {});
    expect((await bench.ask(routes.listLakes, {})).lakes[0]?.present).toBe(false);
  });
});

describe('a full disk', () => {
  // A small disk is mounted over the spool, which only the superuser may.
  it('in the spool is told as such; room comes back at once, and small files still go in', async (ctx) => {
    ctx.skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'Only the superuser of Linux can mount a small disk.');
    const { job } = await bench.ask(routes.beginIntake, { body: { dataset: 'WF-1', files: 2, bytes: 2 } });
    const [run = ''] = await readdir(join(bench.folder, 'profile', 'uploads'));
    const spool = join(bench.folder, 'profile', 'uploads', run);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', spool], { stdio: 'ignore' });
    } catch {
      ctx.skip('No disk can be mounted here.');
    }
    try {
      const full = await send({ intake: job.id, path: 'a.bin' }, Buffer.alloc(1_000_000, 1));
      expect([full.status, await full.json()]).toMatchObject([507, { code: 'NO_SPACE' }]);
      expect(await readdir(spool)).toEqual([]);
      expect((await send({ intake: job.id, path: 'b.bin' }, Buffer.alloc(10, 1))).status).toBe(201);
      await bench.ask(routes.finishIntake, { params: { job: job.id }, body: {} });
      expect((await bench.ended(job.id)).result).toMatchObject({ report: { files: 1, problemCount: 0 } });
    } finally {
      execFileSync('umount', ['-l', spool]);
    }
  });
});

describe('a stop', () => {
  it('of a commit leaves the draft or the version, at whatever moment', async () => {
    for (const wait of [0, 1, 5, 20, 60, 150]) {
      const id = `C-${wait}`;
      await bench.take(id, files(50));
      const { job } = await bench.ask(routes.commitDraft, { params: { dataset: id }, body: { message: null, tags: [] } });
      await new Promise((resolve) => setTimeout(resolve, wait));
      await bench.ask(routes.cancelJob, { params: { job: job.id } }).catch(() => null);
      const row = (await bench.ask(routes.listDatasets, { query: {} })).items.find((item) => item.id === id);
      const drafts = (await bench.ask(routes.listDrafts, {})).drafts.filter(({ dataset }) => dataset === id).map(({ added }) => added);
      expect((row?.versions ?? 0) + drafts.length).toBe(1);
      if (drafts.length > 0) expect(drafts).toEqual([50]);
    }
  });

  it('of an export leaves nothing that looks complete', async () => {
    await bench.ingest('WF-1', { 'big.bin': Buffer.alloc(8_000_000, 7), ...files(300) });
    for (const wait of [0, 5, 30, 80]) {
      const { job } = await bench.ask(routes.exportToFetch, { body: { refs: ['WF-1'], name: 'out.zip' } });
      await new Promise((resolve) => setTimeout(resolve, wait));
      const stopped = await bench.ask(routes.cancelJob, { params: { job: job.id } });
      const left = await readdir(join(bench.folder, 'profile', 'exports', job.id)).catch(() => []);
      if (stopped.state !== 'done') {
        expect(left.filter((name) => name.endsWith('.zip'))).toEqual([]);
        expect((await bench.raw(`/dta/exports/${job.id}/package`)).status).toBe(404);
      }
    }
  });

  it('while it is being stopped is not turned into a pause', async () => {
    const { job } = await bench.ask(routes.takePaths, { body: { dataset: 'P-1', paths: [await bench.sources(files(400))] } });
    const [, paused] = await Promise.allSettled([bench.ask(routes.cancelJob, { params: { job: job.id } }), bench.ask(routes.pauseJob, { params: { job: job.id } })]);
    expect(paused.status).toBe('rejected');
    expect((await bench.ask(routes.getJob, { params: { job: job.id } })).state).toBe('cancelled');
  });

  it('of work that rests, while it is asked to go on, ends it once', async () => {
    const { job } = await bench.ask(routes.beginIntake, { body: { dataset: 'R-1', files: 0, bytes: 0 } });
    await bench.ask(routes.pauseJob, { params: { job: job.id } });
    await Promise.allSettled([bench.ask(routes.cancelJob, { params: { job: job.id } }), bench.ask(routes.resumeJob, { params: { job: job.id } })]);
    const state = (await bench.ask(routes.getJob, { params: { job: job.id } })).state;
    expect(state).toBe('cancelled');
    expect((await bench.take('R-1', { 'a.txt': 'a' })).report.files).toBe(1);
  });
});

describe('a check', () => {
  it('of an upload that is no package says so', async () => {
    const sent = await send({ purpose: 'verify', path: 'x.zip' }, Buffer.from('no zip at all'));
    const upload = (sent.headers.get('location') ?? '').split('/').at(-1) ?? '';
    const { job } = await bench.ask(routes.verify, { body: { of: { kind: 'upload', upload }, trust: [] } });
    const ended = await bench.ended(job.id);
    expect(ended.problem?.code).toBe('NOT_A_LAKE');
  });
});
