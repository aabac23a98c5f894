import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { DoorBench } from '../../../builders/door.ts';

/** Uploads of raw drops that are wrong, too large, or given up. */

const DAY_MS = 86_400_000;
const TUS = { 'tus-resumable': '1.0.0' };
let ahead = 0;
let bench: DoorBench;
beforeEach(async () => {
  ahead = 0;
  bench = await DoorBench.withLake({ clock: { ...systemClock, now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead } });
});
afterEach(() => bench.remove());

const create = (size: number, values: Readonly<Record<string, string>> = { purpose: 'raw', path: 'x.csv' }): Promise<Response> =>
  bench.raw('/dta/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': String(size), 'upload-metadata': Object.entries(values).map(([key, value]) => `${key} ${btoa(value)}`).join(',') } });
const placeOf = (created: Response): string => (created.headers.get('location') ?? '').replace(/^\/api/, '');
const patch = (place: string, offset: number, body: string, more: Readonly<Record<string, string>> = {}): Promise<Response> =>
  bench.raw(place, { method: 'PATCH', headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...more }, body: Buffer.from(body) });
const offsetOf = async (place: string): Promise<string | null> => (await bench.raw(place, { method: 'HEAD', headers: TUS })).headers.get('upload-offset');

async function spooled(): Promise<number> {
  const top = join(bench.folder, 'profile', 'uploads');
  let count = 0;
  for (const run of await readdir(top)) count += (await readdir(join(top, run))).length;
  return count;
}

describe('the checksum of a chunk', () => {
  it('is told to be checked, and is: a chunk with another is answered with 460 and not kept', async () => {
    const options = await bench.raw('/dta/uploads', { method: 'OPTIONS' });
    expect([options.headers.get('tus-extension'), options.headers.get('tus-checksum-algorithm')]).toEqual(['creation,creation-with-upload,creation-defer-length,termination,expiration,checksum', 'sha1,sha256']);
    const place = placeOf(await create(10));
    for (const algorithm of ['sha1', 'sha256']) {
      const wrong = await patch(place, 0, '01234', { 'upload-checksum': `${algorithm} ${createHash(algorithm).update('01235').digest('base64')}` });
      expect([wrong.status, await wrong.json()]).toEqual([460, expect.objectContaining({ code: 'UPLOAD_REFUSED', status: 460, detail: 'The bytes that arrived are not those of the header Upload-Checksum.' })]);
      expect(await offsetOf(place)).toBe('0');
    }
    expect((await patch(place, 0, '01234', { 'upload-checksum': `sha1 ${createHash('sha1').update('01234').digest('base64')}` })).status).toBe(204);
    expect((await patch(place, 5, '56789', { 'upload-checksum': `sha256 ${createHash('sha256').update('56789').digest('base64')}` })).headers.get('upload-offset')).toBe('10');
  });

  it.each(['md5 AAAA', 'sha1', 'sha1 a b', 'nothing'])('is refused as %j', async (sum) => {
    const place = placeOf(await create(5));
    const refused = await patch(place, 0, '01234', { 'upload-checksum': sum });
    expect([(await refused.json() as { code: string }).code, await offsetOf(place)]).toEqual(['REQUEST_INVALID', '0']);
    expect(refused.status).toBe(422);
  });
});

describe('an upload that nobody goes on with', () => {
  it('is removed a day after somebody last did something with it, as Upload-Expires says', async () => {
    const created = await create(10);
    const place = placeOf(created);
    expect(Date.parse(created.headers.get('upload-expires') ?? '') - Date.now() - DAY_MS).toBeGreaterThan(-5_000);
    ahead = DAY_MS - 10_000;
    const sent = await patch(place, 0, '01234');
    expect([sent.status, Math.round((Date.parse(sent.headers.get('upload-expires') ?? '') - Date.now() - ahead) / 10_000)]).toEqual([204, DAY_MS / 10_000]);
    ahead += DAY_MS - 10_000;
    expect([await offsetOf(place), await spooled()]).toEqual(['5', 1]);
    ahead += DAY_MS;
    await create(1);
    expect([(await patch(place, 5, '56789')).status, await spooled()]).toEqual([404, 1]);
  });

  it('is kept where it belongs to an intake, and says no end', async () => {
    const intake = (await bench.ask(routes.beginIntake, { body: { dataset: 'WF-1', files: 1, bytes: 10 } })).job.id;
    const created = await create(10, { intake, path: 'x.csv' });
    ahead = 3 * DAY_MS;
    const sent = await patch(placeOf(created), 0, '01234');
    expect([created.headers.get('upload-expires'), sent.status, sent.headers.get('upload-expires')]).toEqual([null, 204, null]);
  });
});

describe('an upload that cannot be taken', () => {
  it('is refused at its beginning where the disk has no room for it', async () => {
    const refused = await create(1e15);
    expect([refused.status, await refused.json()]).toEqual([507, expect.objectContaining({ code: 'NO_SPACE', detail: expect.stringMatching(/^The upload would have 1,000,000,000,000,000 more bytes, and the disk of the profile folder has room for [\d,]+\.$/) as string })]);
    expect(await spooled()).toBe(0);
  });

  it('is told which content type a chunk has', async () => {
    const place = placeOf(await create(5));
    for (const type of ['', 'text/plain']) {
      const refused = await patch(place, 0, '01234', { 'content-type': type });
      expect([refused.status, (await refused.json() as { code: string }).code, await offsetOf(place)]).toEqual([415, 'MEDIA_REFUSED', '0']);
    }
  });
});
