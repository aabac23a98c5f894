import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { LakeDesk } from '../../../../src/engine/api/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { DoorBench } from '../../../builders/door.ts';

/** What is sent at the wrong time: it is staged, or who sent it is told that it is not. */

let bench: DoorBench;
beforeEach(async () => {
  bench = await DoorBench.withLake();
});
afterEach(() => bench.remove());

const TUS = { 'tus-resumable': '1.0.0' };

function metadata(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

async function create(intake: string, path: string, size: number): Promise<string> {
  const created = await bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': String(size), 'upload-metadata': metadata({ intake, path }) } });
  expect(created.status).toBe(201);
  return (created.headers.get('location') ?? '').replace(/^\/api/, '');
}

function patch(place: string, offset: number, body: string | ReadableStream<Uint8Array>, length?: number): Promise<Response> {
  const headers = { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...(length === undefined ? {} : { 'content-length': String(length) }) };
  return bench.raw(place, { method: 'PATCH', headers, body });
}

async function begin(): Promise<string> {
  return (await bench.ask(routes.beginIntake, { body: { dataset: 'WF-1', files: 1, bytes: 10 } })).job.id;
}

async function spooled(): Promise<number> {
  const top = join(bench.folder, 'profile', 'uploads');
  let count = 0;
  for (const run of await readdir(top)) count += (await readdir(join(top, run))).length;
  return count;
}

describe('an upload that comes too late', () => {
  it('is named in the result where it was begun and not complete when the intake was finished, and its rest is refused', async () => {
    const intake = await begin();
    const place = await create(intake, 'half.bin', 10);
    expect((await patch(place, 0, '01234', 5)).status).toBe(204);
    await bench.ask(routes.finishIntake, { params: { job: intake }, body: {} });
    const job = await bench.ended(intake);
    expect(job.result).toMatchObject({ report: { files: 0, problemCount: 1, problems: [{ code: 'SOURCE_UNREADABLE', path: 'half.bin', message: '"half.bin" was left out: it was not sent to its end. Send it again.' }] } });
    expect((await patch(place, 5, '56789', 5)).status).toBe(404);
    expect(await spooled()).toBe(0);
  });

  it('is not answered as taken where its last bytes come while the intake ends', async () => {
    for (const end of ['finish', 'cancel'] as const) {
      const intake = await begin();
      const place = await create(intake, 'late.bin', 10);
      let last: ReadableStreamDefaultController<Uint8Array> | undefined;
      const sending = patch(place, 0, new ReadableStream<Uint8Array>({ start: (controller) => void (last = controller).enqueue(Buffer.from('01234')) }));
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (end === 'finish') await bench.ask(routes.finishIntake, { params: { job: intake }, body: {} });
      else await bench.ask(routes.cancelJob, { params: { job: intake } });
      const job = await bench.ended(intake);
      last?.enqueue(Buffer.from('56789'));
      last?.close();
      expect((await sending).status, end).toBe(409);
      if (end === 'finish') expect(job.result).toMatchObject({ report: { files: 0, problemCount: 1 } });
      expect(await spooled()).toBe(0);
    }
  });

  it('is refused after it was said that all was sent, also while others are still staged', async () => {
    const intake = await begin();
    const place = await create(intake, 'first.bin', 5);
    expect((await patch(place, 0, '01234', 5)).status).toBe(204);
    const [, late] = await Promise.all([
      bench.ask(routes.finishIntake, { params: { job: intake }, body: {} }),
      bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': '0', 'upload-metadata': metadata({ intake, path: 'late.bin' }) } }),
    ]);
    const job = await bench.ended(intake);
    const taken = job.result?.kind === 'intake' ? job.result.report.files : -1;
    expect(late.status === 201 ? taken : taken + 1).toBe(2);
  });

  it('notes empty folders once where the intake is finished twice', async () => {
    const intake = await begin();
    const twice = { params: { job: intake }, body: { emptyFolders: ['none'] } };
    await Promise.allSettled([bench.ask(routes.finishIntake, twice), bench.ask(routes.finishIntake, twice)]);
    expect((await bench.ended(intake)).result).toMatchObject({ report: { notes: { counts: { emptyFolders: 1 } } } });
  });
});

describe('names', () => {
  it('that look alike or that other systems could not store are kept, each with its own bytes', async () => {
    const names = ['\u00e9.txt', 'e\u0301.txt', 'CON', 'aux.txt', 'end.', 'A.txt', 'a.txt', 'x\\y', '%2e%2e'];
    const intake = await begin();
    for (const name of names) {
      const place = await create(intake, name, Buffer.byteLength(name));
      expect((await patch(place, 0, name)).status).toBe(204);
    }
    await bench.ask(routes.finishIntake, { params: { job: intake }, body: {} });
    expect((await bench.ended(intake)).result).toMatchObject({ report: { files: names.length, problemCount: 0 } });
    const ref = await bench.commit('WF-1');
    for (const name of names) {
      const bytes = await bench.raw(`/dta/versions/${ref}/file?path=${encodeURIComponent(name)}`);
      expect([bytes.status, await bytes.text()]).toEqual([200, name]);
    }
  });

  it('that come twice in one intake: the later one stands', async () => {
    const intake = await begin();
    for (const text of ['first', 'later']) expect((await patch(await create(intake, 'twice.txt', 5), 0, text)).status).toBe(204);
    await bench.ask(routes.finishIntake, { params: { job: intake }, body: {} });
    await bench.ended(intake);
    const ref = await bench.commit('WF-1');
    expect(await (await bench.raw(`/dta/versions/${ref}/file?path=twice.txt`)).text()).toBe('later');
  });
});

describe('work that was meant for another lake than the one that is open', () => {
  it('says of no file that it is there already', async () => {
    const intake = await begin();
    await bench.ask(routes.pauseJob, { params: { job: intake } });
    await bench.ask(routes.createLake, { body: { name: 'Other', zone: 'UTC' } });
    const refused = await bench.refused(routes.offerFiles, { params: { job: intake }, body: { files: [{ path: 'a.txt', size: 1, mtime: 1 }] } });
    expect(refused).toMatchObject({ code: 'JOB_REFUSED', detail: 'Another lake was opened meanwhile, and this is meant for the one before.' });
  });

  it('is not done', async () => {
    const desk = new LakeDesk({ profile: join(bench.folder, 'profile'), clock: systemClock }, { lake: () => undefined, ledger: () => undefined, presence: () => undefined, away: () => undefined, closing: () => Promise.resolve() });
    await desk.open(join(bench.folder, 'lakes', 'Records'), () => undefined);
    let done = 0;
    const work = (): Promise<number> => Promise.resolve(++done);
    const other = '00000000-0000-4000-8000-000000000000';
    for (const attempt of [desk.writing(work, other), desk.reading(work, other), desk.writingIfAllowed(work, other), desk.whileClosed(other, () => undefined, work)]) await expect(attempt).rejects.toThrow('Another lake was opened meanwhile');
    expect(done).toBe(0);
    expect(await desk.writing(work, desk.id ?? '')).toBe(1);
    await desk.close();
  });

  it('does not wait for ever where the catalog is built anew while an intake begins', async () => {
    const answers = await Promise.allSettled([
      bench.ask(routes.rebuildCatalog, {}),
      bench.ask(routes.beginIntake, { body: { dataset: 'WF-1', files: 0, bytes: 0 } }),
      bench.ask(routes.beginIntake, { body: { dataset: 'WF-2', files: 0, bytes: 0 } }),
    ]);
    await bench.ask(routes.getLake, {});
    for (const answer of answers.slice(1)) {
      if (answer.status === 'fulfilled') await bench.ask(routes.cancelJob, { params: { job: answer.value.job.id } });
    }
    if (answers[0]?.status === 'fulfilled') await bench.ended(answers[0].value.job.id);
  });
});
