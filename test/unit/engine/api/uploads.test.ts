import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { Upload } from 'tus-js-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { DoorBench } from '../../../builders/door.ts';

let bench: DoorBench;
beforeEach(async () => {
  bench = await DoorBench.withLake();
});
afterEach(() => bench.remove());

const TUS = { 'tus-resumable': '1.0.0' };
const MTIME = 1_720_000_000_123;

function metadata(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** Sends a file in one request: creation with upload. */
function send(values: Readonly<Record<string, string>>, content: string): Promise<Response> {
  return bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': String(Buffer.byteLength(content)), 'upload-metadata': metadata(values), 'content-type': 'application/offset+octet-stream', 'content-length': String(Buffer.byteLength(content)) }, body: content });
}

async function spooled(): Promise<number> {
  const top = join(bench.folder, 'profile', 'uploads');
  let count = 0;
  for (const run of await readdir(top)) count += (await readdir(join(top, run))).length;
  return count;
}

async function begin(files = 1, bytes = 0): Promise<string> {
  return (await bench.ask(routes.beginIntake, { body: { dataset: 'WF-1', files, bytes } })).job.id;
}

describe('an upload that is to become a raw drop', () => {
  const idOf = (response: Response): string => response.headers.get('location')?.split('/').at(-1) ?? '';
  const enter = (parts: readonly string[]): Promise<Response> => bench.raw('/dta/raw/uploads', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ program_id: 12, files: [{ name: 'big.csv', parts }] }) });
  const told = async (response: Response): Promise<unknown[]> => {
    const { code, detail, kept } = (await response.json()) as Record<string, unknown>;
    return [response.status, code, detail, kept];
  };

  it('and that nobody comes back to for a day gives its room back when another begins; one that is used is kept', async () => {
    let later = 0;
    await bench.remove();
    bench = await DoorBench.withLake({ clock: { ...systemClock, monotonic: () => performance.now() + later } });
    const whole = idOf(await send({ purpose: 'raw', path: 'whole.csv' }, 'whole'));
    const half = await bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': '100', 'upload-metadata': metadata({ purpose: 'raw', path: 'half.csv' }) } });
    const used = idOf(half);
    later = 20 * 3_600_000;
    expect((await bench.raw(`/dta/uploads/${used}`, { method: 'HEAD', headers: TUS })).status).toBe(200);
    later = 25 * 3_600_000;
    expect(await spooled()).toBe(2);
    const next = idOf(await send({ purpose: 'raw', path: 'next.csv' }, 'next'));
    expect(await spooled()).toBe(2);
    expect(await told(await enter([whole]))).toEqual([404, 'UPLOAD_UNKNOWN', 'There is no such upload; one that was entered is removed.', 'Nothing was changed.']);
    expect(await told(await enter([used]))).toEqual([409, 'UPLOAD_REFUSED', 'The upload is not complete.', 'What was received of it is kept.']);
    expect((await enter([next])).status).toBe(200);
    expect(await spooled()).toBe(1);
  });

  it('is entered once: a part that is named twice is refused, and kept', async () => {
    const [a, b] = [idOf(await send({ purpose: 'raw', path: 'big.csv' }, 'one')), idOf(await send({ purpose: 'raw', path: 'big.csv' }, 'two'))];
    expect(await told(await enter([a, b, a]))).toEqual([422, 'REQUEST_INVALID', `The upload "${a}" is named twice among the parts, and each is entered once.`, 'Nothing was entered; what was uploaded is kept.']);
    expect((await enter([a, b])).status).toBe(200);
  });
});

describe('an intake of uploads', () => {
  it('stages files while more come, with their times, and leaves nothing in the spool', async () => {
    const intake = await begin(2, 11);
    const sent = await send({ intake, path: 'a/one.txt', mtime: String(MTIME) }, 'first');
    expect([sent.status, sent.headers.get('upload-offset')]).toEqual([201, '5']);
    expect(sent.headers.get('location')).toMatch(/^\/api\/dta\/uploads\/[0-9a-f-]{36}$/);
    await bench.until(intake, ({ progress }) => progress.filesDone === 1);
    expect((await bench.ask(routes.getDraft, { params: { dataset: 'WF-1' } })).added).toBe(1);
    await send({ intake, path: 'a/two.txt', mtime: '' }, 'second');
    await bench.ask(routes.finishIntake, { params: { job: intake }, body: { emptyFolders: ['a/none/'] } });
    const job = await bench.ended(intake);
    expect(job).toMatchObject({ state: 'done', result: { report: { files: 2, bytes: 11, problemCount: 0, notes: { emptyFolders: ['a/none'] } } }, progress: { filesDone: 2, filesTotal: 2, bytesDone: 11, bytesTotal: 11, share: 1 } });
    expect(await spooled()).toBe(0);
    await bench.commit('WF-1');
    const { items } = await bench.ask(routes.listFiles, { params: { ref: 'WF-1' } });
    expect(items.map(({ path, size, mtime }) => [path, size, mtime])).toEqual([
      ['a/one.txt', 5, new Date(MTIME).toISOString()],
      ['a/two.txt', 6, null],
    ]);
  });

  it('says which files need not be sent, and why some cannot be', async () => {
    const intake = await begin(2, 10);
    await send({ intake, path: 'one.txt', mtime: String(MTIME) }, 'first');
    await bench.until(intake, ({ progress }) => progress.filesDone === 1);
    const offered = await bench.ask(routes.offerFiles, {
      params: { job: intake },
      body: {
        files: [
          { path: 'one.txt', size: 5, mtime: MTIME },
          { path: 'two.txt', size: 5, mtime: MTIME },
          { path: '../up.txt', size: 1, mtime: null },
          { path: '/root.txt', size: 1, mtime: null },
          { path: 'C:\\x.txt', size: 1, mtime: null },
          { path: 'nul\0.txt', size: 1, mtime: null },
          { path: 'x'.repeat(300), size: 1, mtime: null },
          { path: '', size: 1, mtime: null },
        ],
      },
    });
    expect(offered.wanted).toEqual(['two.txt']);
    expect(offered.kept).toBe(1);
    expect(offered.refused.map(({ path }) => path.slice(0, 9))).toEqual(['../up.txt', '/root.txt', 'C:\\x.txt', 'nul\0.txt', 'xxxxxxxxx', '']);
    for (const { message } of offered.refused) expect(message).toMatch(/^".*" cannot be the name of a file in a dataset: it must .*\.$/);
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'a//b', 'a/./b', 'nul\0', '\\\\server\\share', 'a\\..\\..\\b', 'y'.repeat(256), ''])('refuses a file that would be called %j', async (path) => {
    const response = await send({ intake: await begin(), path }, 'x');
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'UPLOAD_REFUSED', detail: expect.stringContaining('cannot be the name of a file') as string });
    expect(await spooled()).toBe(0);
  });

  it('goes on with an upload that was cut off, and refuses an offset that is not its end', async () => {
    const intake = await begin(1, 10);
    const created = await bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': '10', 'upload-metadata': metadata({ intake, path: 'x.bin' }) } });
    const place = (created.headers.get('location') ?? '').replace(/^\/api/, '');
    const patch = (offset: number, body: string): Promise<Response> => bench.raw(place, { method: 'PATCH', headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', 'content-length': String(body.length) }, body });
    expect((await patch(0, '01234')).status).toBe(204);
    expect((await patch(0, '01234')).status).toBe(409);
    const head = await bench.raw(place, { method: 'HEAD', headers: TUS });
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([200, '5', '10']);
    expect((await patch(5, '56789')).headers.get('upload-offset')).toBe('10');
    await bench.ask(routes.finishIntake, { params: { job: intake }, body: {} });
    expect((await bench.ended(intake)).result).toMatchObject({ report: { files: 1, bytes: 10 } });
  });

  it('takes an upload back', async () => {
    const intake = await begin(1, 4);
    const created = await bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': '10', 'upload-metadata': metadata({ intake, path: 'x.bin' }) } });
    const place = (created.headers.get('location') ?? '').replace(/^\/api/, '');
    expect((await bench.raw(place, { method: 'DELETE', headers: TUS })).status).toBe(204);
    expect((await bench.raw(place, { method: 'HEAD', headers: TUS })).status).toBe(404);
    expect(await spooled()).toBe(0);
  });

  it('refuses a chunk of more than 8 MiB, with and without a length', async () => {
    const intake = await begin(1, 9_000_000);
    const large = Buffer.alloc(8 * 1024 * 1024 + 1);
    const headers = { ...TUS, 'upload-length': '9000000', 'upload-metadata': metadata({ intake, path: 'x.bin' }), 'content-type': 'application/offset+octet-stream' };
    const said = await bench.raw('/dta/uploads', { method: 'POST', headers: { ...headers, 'content-length': String(large.length) }, body: large });
    expect([said.status, await said.json()]).toMatchObject([413, { code: 'REQUEST_TOO_LARGE', facts: { most: 8 * 1024 * 1024 } }]);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(large);
        controller.close();
      },
    });
    const unsaid = await bench.raw('/dta/uploads', { method: 'POST', headers, body: stream });
    expect([unsaid.status, await unsaid.json()]).toMatchObject([413, { code: 'REQUEST_TOO_LARGE' }]);
  });

  it('ends for what comes after it was cancelled or finished', async () => {
    const intake = await begin();
    await bench.ask(routes.cancelJob, { params: { job: intake } });
    const response = await send({ intake, path: 'late.txt' }, 'x');
    expect([response.status, await response.json()]).toMatchObject([409, { code: 'UPLOAD_REFUSED' }]);
    expect((await bench.refused(routes.finishIntake, { params: { job: intake }, body: {} })).code).toBe('INTAKE_UNKNOWN');
    expect((await bench.refused(routes.offerFiles, { params: { job: 'none' }, body: { files: [] } })).code).toBe('INTAKE_UNKNOWN');
    expect(await spooled()).toBe(0);
  });

  it('rests and goes on', async () => {
    const intake = await begin(2, 6);
    await send({ intake, path: 'a.txt' }, 'one');
    await bench.until(intake, ({ progress }) => progress.filesDone === 1);
    expect((await bench.ask(routes.pauseJob, { params: { job: intake } })).state).toBe('paused');
    await send({ intake, path: 'b.txt' }, 'two');
    await bench.ask(routes.finishIntake, { params: { job: intake }, body: {} });
    expect(await spooled()).toBe(1);
    await bench.ask(routes.resumeJob, { params: { job: intake } });
    expect((await bench.ended(intake)).result).toMatchObject({ report: { files: 2, bytes: 6 } });
  });

  it('is driven by a tus client over a socket, in chunks', async () => {
    const intake = await begin(1, 5_000_000);
    const content = Buffer.alloc(5_000_000, 'tus client ');
    const listener = getRequestListener((request) => bench.door.fetch(request));
    const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      await new Promise<void>((resolve, reject) => {
        new Upload(content, { endpoint: `http://127.0.0.1:${port}/api/dta/uploads`, chunkSize: 2_000_000, uploadSize: content.length, retryDelays: null, metadata: { intake, path: 'by-client.bin', mtime: String(MTIME) }, onSuccess: () => resolve(), onError: reject }).start();
      });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await bench.ask(routes.finishIntake, { params: { job: intake }, body: {} });
    await bench.ended(intake);
    await bench.commit('WF-1');
    const stored = await bench.raw('/dta/versions/WF-1/file?path=by-client.bin');
    expect(Buffer.from(await stored.arrayBuffer()).equals(content)).toBe(true);
  });
});

describe('an upload to be checked', () => {
  it('is checked once, and removed after it', async () => {
    await bench.ingest('WF-1', { 'a.txt': 'a' });
    const target = join(bench.folder, 'p.zip');
    await bench.made(await bench.ask(routes.exportToPath, { body: { refs: ['WF-1'], target } }), 'export');
    const bytes = await readFile(target);
    const sent = await bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': String(bytes.length), 'upload-metadata': metadata({ purpose: 'verify', path: 'p.zip' }), 'content-type': 'application/offset+octet-stream', 'content-length': String(bytes.length) }, body: bytes });
    const upload = (sent.headers.get('location') ?? '').split('/').at(-1) ?? '';
    const of = { kind: 'upload' as const, upload };
    const { report } = await bench.made(await bench.ask(routes.verify, { body: { of } }), 'verification');
    expect(report).toMatchObject({ kind: 'package', clean: true, subject: 'p.zip' });
    expect(await spooled()).toBe(0);
    expect((await bench.refused(routes.verify, { body: { of } })).code).toBe('UPLOAD_UNKNOWN');
  });
});
