import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import type { Job } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

/** An intake of uploads whose program ends: the job rests, what is staged stays, and it goes on when the files are sent again. */

let bench: DoorBench;
beforeEach(async () => {
  bench = await DoorBench.withLake();
});
afterEach(() => bench.remove());

const MTIME = 1_720_000_000_123;
const files = ['a.txt', 'b.txt', 'c.txt'].map((path) => ({ path, size: 5, mtime: MTIME }));

async function begin(count = files.length): Promise<Job> {
  return (await bench.ask(routes.beginIntake, { body: { dataset: 'WF-1', files: count, bytes: count * 5 } })).job;
}

async function send(intake: string, path: string): Promise<number> {
  const metadata = Object.entries({ intake, path, mtime: String(MTIME) }).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`).join(',');
  const headers = { 'tus-resumable': '1.0.0', 'upload-length': '5', 'upload-metadata': metadata, 'content-type': 'application/offset+octet-stream', 'content-length': '5' };
  return (await bench.raw('/dta/uploads', { method: 'POST', headers, body: 'bytes' })).status;
}

async function openAgain(): Promise<void> {
  const [lake] = (await bench.ask(routes.listLakes, {})).lakes;
  await bench.ask(routes.openLake, { params: { key: lake?.key ?? '' } });
}

/** The program is ended and started anew after one of three files was staged. */
async function cutOff(end: 'closed' | 'killed'): Promise<Job> {
  const job = await begin();
  expect(await send(job.id, 'a.txt')).toBe(201);
  await bench.until(job.id, ({ progress }) => progress.filesDone === 1);
  if (end === 'closed') await bench.door.close();
  else {
    // What a kill leaves: the list of jobs as it was last written, with the job at work.
    const list = join(bench.folder, 'profile', 'jobs.json');
    await cp(list, `${list}-killed`);
    await bench.door.close();
    await cp(`${list}-killed`, list);
    await rm(`${list}-killed`);
  }
  await bench.again();
  await openAgain();
  return job;
}

describe.each(['closed', 'killed'] as const)('an intake of uploads whose program was %s', (end) => {
  it('rests, says what is kept and what to do, and takes nothing', async () => {
    const { id } = await cutOff(end);
    const job = await bench.ask(routes.getJob, { params: { job: id } });
    expect(job).toMatchObject({ state: 'paused', can: ['cancel'], ended: null, problem: { code: 'ENGINE_LOST', kept: 'What was staged until then is kept in the draft of WF-1.', next: 'Choose the same files again: those that are staged are not sent again.' } });
    expect((await bench.ask(routes.getDraft, { params: { dataset: 'WF-1' } })).added).toBe(1);
    expect(await send(id, 'b.txt')).toBe(409);
    expect(await bench.refused(routes.resumeJob, { params: { job: id } })).toMatchObject({ code: 'JOB_REFUSED', next: 'Begin the intake again: files that are staged are not asked for.' });
    expect((await bench.refused(routes.offerFiles, { params: { job: id }, body: { files } })).code).toBe('INTAKE_UNKNOWN');
  });

  it('is the same job when its files are sent again, and asks only for what is not staged', async () => {
    const { id, started } = await cutOff(end);
    const job = await begin();
    expect(job).toMatchObject({ id, started, state: 'running', problem: null });
    expect(await bench.ask(routes.offerFiles, { params: { job: id }, body: { files } })).toEqual({ wanted: ['b.txt', 'c.txt'], kept: 1, refused: [] });
    for (const path of ['b.txt', 'c.txt']) expect(await send(id, path)).toBe(201);
    await bench.ask(routes.finishIntake, { params: { job: id }, body: {} });
    expect(await bench.ended(id)).toMatchObject({ state: 'done', result: { report: { files: 2, resumed: 1, problemCount: 0 } }, progress: { filesDone: 3, filesTotal: 3 } });
    await bench.commit('WF-1');
    expect((await bench.ask(routes.listFiles, { params: { ref: 'WF-1' } })).items.map(({ path }) => path)).toEqual(['a.txt', 'b.txt', 'c.txt']);
    expect((await bench.ask(routes.listJobs, {})).jobs.filter(({ kind }) => kind === 'intake')).toHaveLength(1);
  });
});

it('an intake that waits for its files can be stopped, and the draft be kept as it is', async () => {
  const { id } = await cutOff('killed');
  expect(await bench.ask(routes.cancelJob, { params: { job: id } })).toMatchObject({ state: 'cancelled', problem: { kept: 'What was staged is kept in the draft.' } });
  expect(await bench.commit('WF-1')).toBe('WF-1:v1');
  expect((await begin()).id).not.toBe(id);
});

it('places of this computer are another intake: they are not mixed with one that waits for uploads', async () => {
  const { id } = await cutOff('closed');
  const { report } = await bench.take('WF-1', { 'd.txt': 'local' });
  expect(report.files).toBe(1);
  expect((await bench.ask(routes.getJob, { params: { job: id } })).state).toBe('paused');
});
