import { describe, expect, it } from 'vitest';
import { gentle } from '../../../src/renderer/data/gentle.ts';
import { chosen } from '../../../src/renderer/upload/gather.ts';
import { CHUNK_BYTES, FileUnreadable, UploadRefused, metadataOf, sendFile } from '../../../src/renderer/upload/tus.ts';
import type { Host } from '../../../src/renderer/host/index.ts';

const never = new AbortController().signal;

/** A door that takes uploads as tus says, and loses the connection where `breaks` says so. */
function doorOf(breaks: (call: number) => boolean = () => false): { readonly host: Host; readonly calls: string[]; readonly waits: number[]; bytes(): number } {
  const calls: string[] = [];
  const waits: number[] = [];
  let offset = 0;
  const fetch = async (request: Request): Promise<Response> => {
    calls.push(request.method);
    if (breaks(calls.length)) throw new TypeError('Failed to fetch');
    const body = request.method === 'HEAD' ? 0 : (await request.arrayBuffer()).byteLength;
    offset += body;
    const headers = { 'upload-offset': String(offset), location: '/api/dta/uploads/u1' };
    return new Response(null, { status: request.method === 'POST' ? 201 : request.method === 'HEAD' ? 200 : 204, headers });
  };
  const clock = { now: () => 0, newId: () => 'id', wait: (ms: number) => (waits.push(ms), Promise.resolve()) };
  return { host: { base: 'http://127.0.0.1/api', fetch, clock, desktop: null, headers: {} }, calls, waits, bytes: () => offset };
}

describe('a file on its way to the door', () => {
  it('is sent in one request where it fits in a chunk', async () => {
    const { host, calls, bytes } = doorOf();
    await expect(sendFile(host, { file: new File(['abc'], 'a.txt'), metadata: { path: 'a.txt' }, signal: never })).resolves.toBe('u1');
    expect(calls).toEqual(['POST']);
    expect(bytes()).toBe(3);
  });
  it('is sent in chunks of 8 MiB where it is larger', async () => {
    const { host, calls, bytes } = doorOf();
    const size = 2 * CHUNK_BYTES + 5;
    await sendFile(host, { file: new File([new Uint8Array(size)], 'b'), metadata: { path: 'b' }, signal: never });
    expect(calls).toEqual(['POST', 'PATCH', 'PATCH']);
    expect(bytes()).toBe(size);
  });
  it('waits for a connection that was lost, says so, and goes on from where the door has it', async () => {
    const { host, calls, waits, bytes } = doorOf((call) => call === 2 || call === 3);
    const said: boolean[] = [];
    await sendFile(host, { file: new File([new Uint8Array(CHUNK_BYTES + 1)], 'c'), metadata: { path: 'c' }, signal: never, waiting: (now) => said.push(now) });
    expect(calls).toEqual(['POST', 'PATCH', 'HEAD', 'HEAD', 'PATCH']);
    expect(waits).toEqual([500, 1_000]);
    expect(said).toEqual([true, true, false]);
    expect(bytes()).toBe(CHUNK_BYTES + 1);
  });
  it('is named where the browser cannot read it any more', async () => {
    const { host } = doorOf(() => true);
    const file = new File(['x'], 'gone.txt');
    Object.defineProperty(file, 'slice', { value: () => ({ size: 1, arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }) });
    await expect(sendFile(host, { file, metadata: { path: 'gone.txt' }, signal: never })).rejects.toThrow(FileUnreadable);
  });
  it('is refused in the words of the door', async () => {
    const { host } = doorOf();
    const refusing: Host = { ...host, fetch: () => Promise.resolve(new Response(JSON.stringify({ detail: 'The name has a part "..".' }), { status: 409 })) };
    const sent = sendFile(refusing, { file: new File(['x'], 'x'), metadata: { path: '../x' }, signal: never });
    await expect(sent).rejects.toThrow(UploadRefused);
    await expect(sent).rejects.toThrow('The name has a part "..".');
  });
  it('carries names of any letters as base64 of their UTF-8', () => {
    expect(metadataOf({ path: 'ü/日.txt', mtime: '5' })).toBe(`path ${Buffer.from('ü/日.txt').toString('base64')},mtime ${Buffer.from('5').toString('base64')}`);
  });
});

describe('files that were chosen', () => {
  it('keep their folders where a folder was chosen', () => {
    const inFolder = new File(['ab'], 'b.txt');
    Object.defineProperty(inFolder, 'webkitRelativePath', { value: 'a/b.txt' });
    const alone = new File(['c'], 'c.txt');
    // As a browser has it; Node's File does not know it.
    Object.defineProperty(alone, 'webkitRelativePath', { value: '' });
    const { files, bytes } = chosen([inFolder, alone]);
    expect(files.map(({ path }) => path)).toEqual(['a/b.txt', 'c.txt']);
    expect(bytes).toBe(3);
  });
});

describe('asking again without haste', () => {
  it('asks at once, and once more after a second for all that came meanwhile', async () => {
    const asked: unknown[] = [];
    const steps: (() => void)[] = [];
    const client = { setQueryData: () => undefined, isFetching: () => 0, invalidateQueries: (filters?: unknown) => (asked.push(filters), Promise.resolve()) };
    const asking = gentle(client as unknown as Parameters<typeof gentle>[0], () => new Promise((resolve) => steps.push(resolve)));
    for (let at = 0; at < 5; at++) void asking.invalidateQueries({ queryKey: ['drafts'] });
    expect(asked).toEqual([{ queryKey: ['drafts'] }]);
    steps.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
    expect(asked).toHaveLength(2);
    steps.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
    expect(asked).toHaveLength(2);
  });
});
