import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../../src/contract/api/index.ts';
import { listen } from '../../../src/host/index.ts';
import type { Loopback } from '../../../src/host/index.ts';
import { sendRaw } from '../../../src/sdk/index.ts';
import type { SendNote } from '../../../src/sdk/index.ts';
import { DoorBench } from '../../builders/door.ts';

/** Raw drops sent in parts at the same time over a line that breaks. */

const MIB = 1 << 20;
const token = 'session-token';
const asked: { method: string; path: string; bytes: number }[] = [];
let bench: DoorBench;
let host: Loopback;
let folder: string;
/** Whether the next request with bytes breaks off after a part of them. */
let breaks: () => boolean = () => false;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hms-sending-'));
  bench = await DoorBench.withLake();
  host = await listen({
    fetch: (request, caller) => {
      const { pathname } = new URL(request.url);
      asked.push({ method: request.method, path: pathname, bytes: Number(request.headers.get('content-length') ?? 0) });
      if (request.method !== 'PATCH' || request.body === null || !breaks()) return bench.door.fetch(request, caller);
      const init = { method: request.method, headers: request.headers, body: request.body.pipeThrough(brokenAfter(300_000)), duplex: 'half' };
      return bench.door.fetch(new Request(request.url, init as RequestInit), caller).then(() => Promise.reject(new Error('The line broke.')));
    },
    routes: Object.values(routes),
    token,
    port: 0,
    screens: null,
  });
});
afterAll(async () => {
  await host.close(0);
  await bench.remove();
  rmSync(folder, { recursive: true });
});

function brokenAfter(most: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(piece, controller) {
      bytes += piece.length;
      if (bytes > most) throw new Error('The line broke.');
      controller.enqueue(piece);
    },
  });
}

function fileOf(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

async function content(rawId: number): Promise<string> {
  const response = await fetch(`${host.origin}/dta/raw/${rawId}/content`, { headers: { authorization: `Bearer ${token}` } });
  return createHash('sha256').update(new Uint8Array(await response.arrayBuffer())).digest('hex');
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const options = (): { origin: string; token: string; program: number } => ({ origin: host.origin, token, program: 12 });

it('a file goes in three parts at the same time and arrives byte for byte as one drop, although lines break', async () => {
  const bytes = randomBytes(5 * MIB + 12_345);
  let left = 3;
  breaks = () => left-- > 0;
  let note: SendNote | undefined;
  asked.length = 0;
  const sent = await sendRaw(fileOf('telemetry ä.bin', bytes), { ...options(), chunk: MIB, onBegun: (begun) => (note = begun) });
  expect(note?.uploads.length).toBe(3);
  expect(sent).toEqual({ rawId: sent.rawId, name: 'telemetry ä.bin', duplicate: false });
  expect(await content(sent.rawId)).toBe(hashOf(bytes));
  expect(asked.filter(({ method }) => method === 'POST').map(({ path }) => path)).toEqual(['/dta/uploads', '/dta/uploads', '/dta/uploads', '/dta/raw/uploads']);
  expect(Math.max(...asked.filter(({ method }) => method === 'PATCH').map(({ bytes: size }) => size))).toBe(MIB);
  expect(left).toBeLessThan(0);
});

it('one that was stopped goes on later with what has not arrived, under one number', async () => {
  const bytes = randomBytes(4 * MIB);
  const file = fileOf('stopped.bin', bytes);
  const stop = new AbortController();
  let note: SendNote | undefined;
  let chunks = 0;
  breaks = () => {
    if (++chunks === 5) stop.abort();
    return false;
  };
  await expect(sendRaw(file, { ...options(), chunk: 512 * 1024, signal: stop.signal, onBegun: (begun) => (note = begun) })).rejects.toMatchObject({ name: 'AbortError' });
  breaks = () => false;
  asked.length = 0;
  const { rawId } = await sendRaw(file, { ...options(), chunk: 512 * 1024, ...(note === undefined ? {} : { resume: note }) });
  expect(await content(rawId)).toBe(hashOf(bytes));
  expect(asked.filter(({ method, path }) => method === 'POST' && path === '/dta/uploads')).toEqual([]);
  expect(asked.filter(({ method }) => method === 'PATCH').reduce((sum, { bytes: size }) => sum + size, 0)).toBeLessThan(4 * MIB);
  expect((await sendRaw(file, options())).rawId).toBe(rawId);
});

it('an empty file is one part; what is refused is told with its words, and sent no second time', async () => {
  expect(await sendRaw(fileOf('empty.bin', Buffer.alloc(0)), options())).toMatchObject({ name: 'empty.bin', duplicate: false });
  asked.length = 0;
  const file = fileOf('a.bin', Buffer.from('a'));
  await expect(sendRaw(file, { ...options(), token: 'none' })).rejects.toMatchObject({ code: 'NO_PERMISSION' });
  await expect(sendRaw(file, { ...options(), resume: { size: 1, bytes: 1, uploads: ['00000000-0000-4000-8000-000000000000'] } })).rejects.toMatchObject({ code: 'SOURCE_REFUSED', facts: { status: 404 } });
  await expect(sendRaw(file, { ...options(), resume: { size: 2, bytes: 1, uploads: [] } })).rejects.toMatchObject({ code: 'USAGE' });
  await expect(sendRaw(file, { ...options(), parallel: 0 })).rejects.toMatchObject({ code: 'USAGE' });
  await expect(sendRaw(file, { ...options(), chunk: 9 * MIB })).rejects.toMatchObject({ code: 'USAGE' });
  expect(asked.length).toBeLessThan(4);
});
