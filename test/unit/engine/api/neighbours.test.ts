import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

/** Several doors of one account: a window and a server that share a profile. */

let bench: DoorBench;
beforeEach(async () => {
  bench = await DoorBench.withLake();
});
afterEach(() => bench.remove());

async function tus(place: string, headers: Record<string, string>, method: string, body?: string): Promise<Response> {
  return bench.raw(place, { method, headers: { 'tus-resumable': '1.0.0', ...headers }, ...(body === undefined ? {} : { body }) });
}

describe('a door beside another', () => {
  it('leaves alone what the other one is receiving, and tidies what one that is gone has left', async () => {
    const first = bench.door;
    // The second runs without the list of jobs; then the first ends, and a third takes its place.
    await bench.again({ lake: join(bench.folder, 'lakes', 'Records') });
    const second = bench.door;
    const intake = (await bench.ask(routes.beginIntake, { body: { dataset: 'WF-1', files: 1, bytes: 10 } })).job.id;
    const metadata = Object.entries({ intake, path: 'a.bin' }).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(',');
    const created = await tus('/dta/uploads', { 'upload-length': '10', 'upload-metadata': metadata }, 'POST');
    const place = (created.headers.get('location') ?? '').replace(/^\/api/, '');
    const patch = (offset: number, body: string): Promise<Response> => tus(place, { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, 'PATCH', body);
    expect((await patch(0, '01234')).status).toBe(204);
    await first.close();
    await bench.again();
    const third = bench.door;
    bench.door = second;
    expect((await patch(5, '56789')).status).toBe(204);
    await bench.ask(routes.finishIntake, { params: { job: intake }, body: {} });
    expect((await bench.ended(intake)).result).toMatchObject({ report: { files: 1, bytes: 10 } });
    await second.close();
    bench.door = third;
    expect(await readdir(join(bench.folder, 'profile', 'uploads'))).toHaveLength(1);
    expect((await readdir(join(bench.folder, 'profile', 'locks'))).filter((name) => name.startsWith('uploads-') && !name.endsWith('-journal'))).toHaveLength(1);
  });

  it('keeps what lies in the profile for a while from other accounts', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Folders have no modes on Windows.');
    for (const folder of ['uploads', 'exports']) expect((await stat(join(bench.folder, 'profile', folder))).mode & 0o777).toBe(0o700);
  });
});
