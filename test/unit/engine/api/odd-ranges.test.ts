import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

let bench: DoorBench;
beforeAll(async () => {
  bench = await DoorBench.withLake();
  await bench.ingest('WF-1', { 'ten.txt': '0123456789', 'none.txt': '' });
});
afterAll(() => bench.remove());

function get(name: string, headers: Record<string, string>, method = 'GET'): Promise<Response> {
  return bench.raw(`/dta/versions/WF-1:v1/file?path=${name}`, { method, headers });
}

describe('a range', () => {
  it.each([
    ['bytes=-0', 416, ''],
    ['bytes=5-2', 200, '0123456789'],
    ['bytes=0-0,2-3', 200, '0123456789'],
    ['bytes=0-18446744073709551615', 206, '0123456789'],
    ['bytes=-18446744073709551615', 206, '0123456789'],
    ['bytes=18446744073709551615-', 416, ''],
    ['bytes=9-', 206, '9'],
    ['bytes=10-', 416, ''],
    ['bytes=-', 200, '0123456789'],
    ['bytes=1-2-3', 200, '0123456789'],
    ['bytes=1e1-', 200, '0123456789'],
    ['bytes=-1-2', 200, '0123456789'],
    ['items=0-1', 200, '0123456789'],
    ['Bytes=2-3', 206, '23'],
  ])('%s is answered with %i', async (range, status, text) => {
    const response = await get('ten.txt', { range });
    expect([response.status, status === 416 ? response.headers.get('content-range') : await response.text()]).toEqual([status, status === 416 ? 'bytes */10' : text]);
  });

  it('of an empty file lies behind it', async () => {
    expect([(await get('none.txt', { range: 'bytes=0-' })).status, (await get('none.txt', {})).status]).toEqual([416, 200]);
  });

  it('with an If-Range that is not its tag is the whole, and a known tag or a star is not sent again', async () => {
    const tag = (await get('ten.txt', {}, 'HEAD')).headers.get('etag') ?? '';
    expect((await get('ten.txt', { range: 'bytes=0-1', 'if-range': '"x"' })).status).toBe(200);
    expect((await get('ten.txt', { range: 'bytes=0-1', 'if-range': tag })).status).toBe(206);
    for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) expect((await get('ten.txt', { 'if-none-match': known })).status).toBe(304);
  });
});

describe('a link to bytes', () => {
  it.each(['/dta/versions/WF-1:v1#/file', '/dta/versions/../lake#/file', '/dta/versions/x\\..\\..\\lake?/file', '/dta/versions/%2e%2e/file', '/dta/lake'])('is not made to %s', async (path) => {
    const refused = await bench.refused(routes.makeLink, { body: { path, name: 'x' } });
    expect(refused.code).toBe('REQUEST_INVALID');
  });
});
