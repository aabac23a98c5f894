import { glob, open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DoorBench } from '../../../builders/door.ts';

/** A lake whose stored bytes someone has touched: nothing that leaves it may look complete and good. */

const LARGE = 3 * 1024 * 1024 + 17;
let bench: DoorBench;
beforeAll(async () => {
  bench = await DoorBench.withLake();
  const large = Buffer.alloc(LARGE, 'record ');
  await bench.ingest('WF-1', { 'small.txt': 'a small record', 'large.bin': large, 'good.bin': large.subarray(1), 'short.bin': large.subarray(2) });
  await damage('small.txt', (place) => flip(place, 3));
  await damage('large.bin', (place) => flip(place, 0));
  await damage('short.bin', (place) => truncate(place, 2 * 1024 * 1024 + 1));
});
afterAll(() => bench.remove());

async function damage(name: string, how: (place: string) => Promise<void>): Promise<void> {
  for await (const found of glob(`lakes/Records/store/**/content/${name}`, { cwd: bench.folder })) await how(join(bench.folder, found));
}

async function flip(place: string, at: number): Promise<void> {
  const handle = await open(place, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  await handle.write(Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, at);
  await handle.close();
}

function get(name: string, headers: Record<string, string> = {}): Promise<Response> {
  return bench.raw(`/dta/versions/WF-1:v1/file?path=${name}`, { headers });
}

/** Bytes that came before the body ended, and how it did. */
async function read(response: Response): Promise<{ bytes: number; end: string }> {
  let bytes = 0;
  try {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) bytes += piece.length;
    return { bytes, end: 'whole' };
  } catch (error) {
    return { bytes, end: (error as Error).message };
  }
}

describe('a download of stored bytes that were altered', () => {
  it('is refused where the file is small', async () => {
    const response = await get('small.txt');
    expect([response.status, await response.json()]).toMatchObject([500, { code: 'STORED_DAMAGED', detail: 'The stored bytes of this file are not those that were committed.' }]);
  });

  it('breaks off before its last bytes where the file is large, asked for whole or as a range of the whole', async () => {
    for (const headers of [{} as Record<string, string>, { range: 'bytes=0-' }, { range: `bytes=-${LARGE}` }]) {
      expect(await read(await get('large.bin', headers))).toEqual({ bytes: 3 * 1024 * 1024, end: 'The stored bytes of this file are not those that were committed.' });
    }
  });

  it('breaks off where the file became shorter', async () => {
    expect(await read(await get('short.bin'))).toEqual({ bytes: 2 * 1024 * 1024 + 1, end: 'The stored bytes of this file are fewer than were committed.' });
  });

  it('is whole where nothing was altered', async () => {
    expect(await read(await get('good.bin'))).toEqual({ bytes: LARGE - 1, end: 'whole' });
  });

  it('gives parts, which the entity tag of the whole cannot speak for', async () => {
    const response = await get('large.bin', { range: 'bytes=10-19' });
    expect([response.status, await read(response)]).toEqual([206, { bytes: 10, end: 'whole' }]);
  });
});
