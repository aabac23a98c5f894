import { createHash } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pattern } from './transport-handler.ts';

/** One way to a handler that stands elsewhere. */
export interface Transport {
  /** Address that paths of the handler follow. */
  readonly base: string;
  fetch(request: Request): Promise<Response>;
  /** Ends the other end as a crash would; null where there is no other end that could crash alone. */
  readonly kill: (() => Promise<void>) | null;
  close(): Promise<void>;
}

/** What the door asks of any transport, tried over one. `large` are the bytes that pass where memory is watched; a quarter of it goes up. */
export function describeTransport(name: string, open: () => Promise<Transport>, large = 268_435_456): void {
  describe(`the door over ${name}`, () => {
    let transport: Transport;
    let keys = 0;
    beforeAll(async () => {
      transport = await open();
    });
    afterAll(() => transport.close());

    const call = (path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> => transport.fetch(new Request(`${transport.base}${path}`, init));
    const key = (): string => `${name}-${++keys}`;
    const seen = async (which: string): Promise<{ produced: number; received: number; cancelled: boolean; aborted: boolean }> => (await call(`/seen?key=${encodeURIComponent(which)}`)).json() as never;
    const post = (path: string, body: NonNullable<RequestInit['body']>, init: RequestInit = {}): Promise<Response> => call(path, { method: 'POST', body, duplex: 'half', ...init });
    const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    const settled = async (is: () => Promise<boolean>): Promise<boolean> => {
      for (let turn = 0; turn < 100; turn++) {
        if (await is()) return true;
        await after(30);
      }
      return false;
    };
    const drain = async (response: Response): Promise<number> => {
      let size = 0;
      for await (const chunk of response.body ?? []) size += (chunk as Uint8Array).length;
      return size;
    };

    describe('answers', () => {
      it('brings a JSON document unchanged', async () => {
        const response = await call('/json');
        expect(response.headers.get('content-type')).toBe('application/json');
        expect(await response.json()).toEqual({ ok: true, number: 9007199254740991, text: 'é☃😀' });
      });

      it.each([200, 201, 202, 206, 404, 409, 416, 422, 500, 503, 507])('brings the status %i', async (status) => {
        const response = await call(`/status?status=${status}`);
        expect([response.status, await response.text()]).toEqual([status, 'there']);
      });

      it('brings an answer without a body', async () => {
        const response = await call('/nothing');
        expect([response.status, response.body, await response.text()]).toEqual([204, null, '']);
      });

      it('brings an empty body', async () => {
        const response = await call('/empty');
        expect([response.status, await response.text()]).toEqual([200, '']);
      });

      it('brings a problem with its type', async () => {
        const response = await call('/problem');
        expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([404, 'application/problem+json', { code: 'DATASET_UNKNOWN' }]);
      });

      it('keeps headers that stand twice apart', async () => {
        const { headers } = await call('/cookies');
        expect(headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
        expect(headers.get('x-many')).toBe('one, two');
      });

      it.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])('asks with the method %s', async (method) => {
        expect(await (await call('/echo', { method })).json()).toMatchObject({ method });
      });

      it('answers HEAD without a body', async () => {
        const response = await call('/json', { method: 'HEAD' });
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
      });

      it('brings path, query and headers to the other side', async () => {
        const response = await call('/echo?a=%2F&b=%C3%A9&c=1+2', { headers: { 'x-request-id': 'r-1', range: 'bytes=0-9', 'last-event-id': '41' } });
        const told = (await response.json()) as { search: string; headers: [string, string][] };
        expect(told.search).toBe('?a=%2F&b=%C3%A9&c=1+2');
        expect(told.headers).toEqual(expect.arrayContaining([['x-request-id', 'r-1'], ['range', 'bytes=0-9'], ['last-event-id', '41']]));
      });

      it('tells nothing of an exception but that there was one', async () => {
        const told = await call('/throw').then(
          async (response) => `${response.status} ${await response.text()}`,
          (error: Error) => error.message,
        );
        expect(told).not.toContain('secret');
        expect(told).toMatch(/^500 |could not be answered/);
      });
    });

    describe('long answers', () => {
      it.each([0, 1, 65_535, 65_536, 262_144, 262_145, 1_048_576, 1_048_577, 5_000_001])('brings %i bytes unchanged', async (size) => {
        const response = await call(`/bytes?size=${size}&chunk=100000&key=${key()}`);
        const bytes = new Uint8Array(await response.arrayBuffer());
        expect([bytes.length, hashOf(bytes)]).toEqual([size, hashOf(pattern(0, size))]);
      });

      it('brings chunks of every length in order', async () => {
        const bytes = new Uint8Array(await (await call('/odd-chunks')).arrayBuffer());
        expect(hashOf(bytes)).toBe(hashOf(pattern(0, 1_638_413)));
      });

      it('brings a chunk larger than the window', async () => {
        const bytes = new Uint8Array(await (await call(`/bytes?size=9000000&chunk=9000000&key=${key()}`)).arrayBuffer());
        expect(hashOf(bytes)).toBe(hashOf(pattern(0, 9_000_000)));
      });

      it('brings many small chunks', async () => {
        const bytes = new Uint8Array(await (await call(`/bytes?size=40000&chunk=10&key=${key()}`)).arrayBuffer());
        expect(hashOf(bytes)).toBe(hashOf(pattern(0, 40_000)));
      });

      it('brings a view into a large buffer as what it shows', async () => {
        const bytes = new Uint8Array(await (await call('/view')).arrayBuffer());
        expect([bytes.length, bytes.every((byte) => byte === 7), bytes.buffer.byteLength < 20_000]).toEqual([1_001, true, true]);
      });

      it('brings buffers of a pool', async () => {
        expect(await (await call('/pooled')).text()).toBe('one,two,three');
      });

      it(`keeps memory flat on both sides while ${large / 1_048_576} MiB pass`, { timeout: 600_000 }, async () => {
        const rss = async (): Promise<number> => ((await (await call('/memory')).json()) as { rss: number }).rss;
        await drain(await call(`/bytes?size=67108864&chunk=262144&zero=1&key=${key()}`));
        const [here, there] = [process.memoryUsage().rss, await rss()];
        expect(await drain(await call(`/bytes?size=${large}&chunk=262144&zero=1&key=${key()}`))).toBe(large);
        expect(process.memoryUsage().rss - here).toBeLessThan(128 * 1_048_576);
        expect((await rss()) - there).toBeLessThan(128 * 1_048_576);
      });
    });

    describe('a reader that is slow or goes', () => {
      it('does not read far ahead of a reader that stands still', async () => {
        const mine = key();
        const response = await call(`/bytes?size=200000000&chunk=65536&zero=1&key=${mine}`);
        const reader = response.body?.getReader();
        await reader?.read();
        await after(400);
        const { produced } = await seen(mine);
        await after(200);
        expect((await seen(mine)).produced).toBe(produced);
        expect(produced).toBeLessThan(16 * 1_048_576);
        await reader?.cancel();
      });

      it('goes on when the reader goes on', async () => {
        const response = await call(`/bytes?size=4000000&key=${key()}`);
        await after(200);
        expect(await drain(response)).toBe(4_000_000);
      });

      it('stops the source when the body is cancelled after the first byte', async () => {
        const mine = key();
        const response = await call(`/bytes?size=1000000000&zero=1&key=${mine}`);
        const reader = response.body?.getReader();
        await reader?.read();
        await reader?.cancel('enough');
        expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
      });

      it('stops the source when the body is cancelled before the first byte is read', async () => {
        const mine = key();
        const response = await call(`/bytes?size=1000000000&zero=1&key=${mine}`);
        await response.body?.cancel();
        expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
      });

      it('tells the handler when a request is aborted before its answer has begun', async () => {
        const mine = key();
        const controller = new AbortController();
        const waiting = call(`/wait?ms=60000&key=${mine}`, { signal: controller.signal });
        await after(100);
        controller.abort();
        await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
        expect(await settled(async () => (await seen(mine)).aborted)).toBe(true);
      });

      it('rejects a request whose signal was aborted before it was asked', async () => {
        const mine = key();
        await expect(call(`/bytes?size=10&key=${mine}`, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
        expect(await seen(mine)).toMatchObject({ produced: 0 });
      });

      it('breaks the body off, and does not end it, when its request is aborted in the middle', async () => {
        const mine = key();
        const controller = new AbortController();
        const response = await call(`/drip?key=${mine}`, { signal: controller.signal });
        const reader = response.body?.getReader();
        await reader?.read();
        const next = (async () => {
          for (;;) if ((await reader?.read())?.done === true) return 'complete';
        })();
        controller.abort();
        await expect(next).rejects.toMatchObject({ name: 'AbortError' });
        expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
      });

      it('carries on with others after many were aborted', async () => {
        const gone = Array.from({ length: 30 }, async (_, at) => {
          const controller = new AbortController();
          const asked = call(`/wait?ms=60000&key=${key()}`, { signal: controller.signal });
          setTimeout(() => controller.abort(), at);
          await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
        });
        await Promise.all(gone);
        expect(await (await call('/json')).json()).toMatchObject({ ok: true });
      });

      it('takes an abort after the answer is complete for nothing', async () => {
        const controller = new AbortController();
        const response = await call('/json', { signal: controller.signal });
        expect(await response.json()).toMatchObject({ ok: true });
        controller.abort();
        expect(await (await call('/json')).json()).toMatchObject({ ok: true });
      });
    });

    describe('an answer that breaks', () => {
      it('breaks off where its source fails in the middle', async () => {
        const response = await call('/break?size=300000');
        expect(response.status).toBe(200);
        await expect(response.arrayBuffer()).rejects.toThrow();
      });

      it('breaks off where its source fails before the first byte', async () => {
        const told = await call('/break-at-once').then(async (response) => (response.status === 500 ? 'status 500' : response.text().catch(() => 'broken')), () => 'rejected');
        expect(['broken', 'rejected', 'status 500']).toContain(told);
      });

      it('says nothing of why to the other side', async () => {
        const error = await call('/break?size=2048').then((response) => response.text()).then(() => null, (reason: unknown) => reason);
        expect(String(error)).not.toContain('secret');
        expect(error).not.toBeNull();
      });

      it('answers others all the same', async () => {
        const [broken, whole] = await Promise.allSettled([call('/break?size=4096').then((response) => response.text()), call('/json').then((response) => response.json())]);
        expect([broken.status, whole.status]).toEqual(['rejected', 'fulfilled']);
      });
    });

    describe('uploads', () => {
      it('brings a text up', async () => {
        expect(await (await post('/text', 'é☃😀')).text()).toBe('é☃😀');
      });

      it('brings bytes up and back unchanged', async () => {
        const sent = pattern(0, 3_000_000);
        expect(hashOf(new Uint8Array(await (await post('/body', sent)).arrayBuffer()))).toBe(hashOf(sent));
      });

      it('brings a form with a file up', async () => {
        const form = new FormData();
        form.set('program_id', 'WF-2024');
        form.set('file', new File([pattern(0, 200_000)], 'sensorA.csv'));
        expect(await (await post('/form', form)).json()).toEqual({ program: 'WF-2024', name: 'sensorA.csv', size: 200_000 });
      });

      it(`brings ${large / 4_194_304} MiB up in a stream, with their hash`, { timeout: 300_000 }, async () => {
        const size = large / 4;
        const hash = createHash('sha256');
        let sent = 0;
        const stream = new ReadableStream<Uint8Array>({
          pull: (controller) => {
            if (sent >= size) return controller.close();
            const bytes = new Uint8Array(262_144).fill(sent / 262_144);
            sent += bytes.length;
            hash.update(bytes);
            controller.enqueue(bytes);
          },
        });
        expect(await (await post(`/sum?key=${key()}`, stream)).json()).toEqual({ size, sha256: hash.digest('hex') });
      });

      it('does not read far ahead of a handler that reads slowly', async () => {
        let sent = 0;
        const controller = new AbortController();
        const mine = key();
        const stream = new ReadableStream<Uint8Array>(
          {
            async pull(source) {
              await after(1);
              // Node's own client does not give up an upload that waits for the other side to read, so the source ends too.
              if (controller.signal.aborted) return source.close();
              sent += 65_536;
              source.enqueue(new Uint8Array(65_536));
            },
          },
          { highWaterMark: 0 },
        );
        const asked = post(`/sum-slowly?key=${mine}`, stream, { signal: controller.signal }).catch(() => undefined);
        await after(500);
        const { received } = await seen(mine);
        expect(received).toBeGreaterThan(0);
        expect(sent - received).toBeLessThan(16 * 1_048_576);
        controller.abort();
        void asked;
      });

      it('answers a request whose body nobody reads', async () => {
        expect(await (await post('/ignore', pattern(0, 100_000))).json()).toEqual({ ignored: true });
      });

      it('stops reading an upload that the handler has enough of', async () => {
        let sent = 0;
        const stream = new ReadableStream<Uint8Array>(
          {
            async pull(source) {
              await after(1);
              sent += 65_536;
              if (sent > 500_000_000) source.close();
              else source.enqueue(new Uint8Array(65_536));
            },
          },
          { highWaterMark: 0 },
        );
        const told = await post('/read-some', stream).then((response) => response.json(), () => 'cut off');
        // Over HTTP the connection may be closed under what is still being sent.
        expect(told === 'cut off' || JSON.stringify(told) === '{"read":true}').toBe(true);
        await after(100);
        const at = sent;
        await after(300);
        expect(sent - at).toBeLessThan(2 * 1_048_576);
      });

      it('tells the handler where an upload breaks off', async () => {
        const mine = key();
        let sent = 0;
        const stream = new ReadableStream<Uint8Array>({
          async pull(source) {
            await after(5);
            sent += 1;
            if (sent > 10) source.error(new Error('the disk is gone'));
            else source.enqueue(new Uint8Array(10_000));
          },
        });
        await expect(post(`/sum?key=${mine}`, stream)).rejects.toThrow();
        expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
      });

      it('tells the handler where an upload is aborted', async () => {
        const mine = key();
        const controller = new AbortController();
        const stream = new ReadableStream<Uint8Array>({
          async pull(source) {
            await after(5);
            source.enqueue(new Uint8Array(10_000));
          },
        });
        const asked = post(`/sum?key=${mine}`, stream, { signal: controller.signal });
        setTimeout(() => controller.abort(), 150);
        await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
        expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
      });

      it('brings an empty upload', async () => {
        expect(await (await post(`/sum?key=${key()}`, new ReadableStream({ start: (source) => source.close() }))).json()).toMatchObject({ size: 0 });
      });
    });

    describe('events', () => {
      it('arrive one by one, while the stream is open', async () => {
        const response = await call(`/events?count=5&every=60&key=${key()}`);
        const times: number[] = [];
        let text = '';
        for await (const chunk of response.body ?? []) {
          times.push(performance.now());
          text += Buffer.from(chunk as Uint8Array).toString();
        }
        expect(text.match(/^id: \d$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4', 'id: 5']);
        expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(150);
      });

      it('stop when the page that listens goes', async () => {
        const mine = key();
        const response = await call(`/events?count=100000&every=5&key=${mine}`);
        const reader = response.body?.getReader();
        await reader?.read();
        await reader?.cancel();
        expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
        const { produced } = await seen(mine);
        await after(100);
        expect((await seen(mine)).produced - produced).toBeLessThan(3);
      });

      it('do not hold up other requests', async () => {
        const response = await call(`/events?count=100000&every=5&key=${key()}`);
        const begun = performance.now();
        for (let turn = 0; turn < 20; turn++) await (await call('/json')).json();
        expect(performance.now() - begun).toBeLessThan(5_000);
        await response.body?.cancel();
      });

      it('of a page that is loaded again come from the new stream only', async () => {
        const [first, second] = [key(), key()];
        const before = await call(`/events?count=100000&every=5&key=${first}`);
        await before.body?.cancel();
        const again = await call(`/events?count=3&every=5&key=${second}`);
        expect((await again.text()).match(/^id: \d+$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3']);
      });
    });

    describe('many at once', () => {
      it('keeps fifty streams apart', async () => {
        const sizes = Array.from({ length: 50 }, (_, at) => 100_000 + at * 7_001);
        const hashes = await Promise.all(sizes.map(async (size) => hashOf(new Uint8Array(await (await call(`/bytes?size=${size}&chunk=30011&key=${key()}`)).arrayBuffer()))));
        expect(hashes).toEqual(sizes.map((size) => hashOf(pattern(0, size))));
      });

      it('keeps fifty uploads apart', async () => {
        const sizes = Array.from({ length: 50 }, (_, at) => 50_000 + at * 3_001);
        const sums = await Promise.all(sizes.map(async (size) => (await (await post(`/sum?key=${key()}`, pattern(0, size))).json()) as { sha256: string }));
        expect(sums.map(({ sha256 }) => sha256)).toEqual(sizes.map((size) => hashOf(pattern(0, size))));
      });

      it('lets a small request pass streams that nobody reads', async () => {
        const stalled = await Promise.all(Array.from({ length: 5 }, () => call(`/bytes?size=100000000&zero=1&key=${key()}`)));
        expect(await (await call('/json')).json()).toMatchObject({ ok: true });
        await Promise.all(stalled.map(async (response) => response.body?.cancel()));
      });

      it('answers a thousand small requests, one after the other', async () => {
        for (let turn = 0; turn < 1_000; turn++) expect((await (await call('/nothing')).text()).length).toBe(0);
      });
    });

    describe('the other end ends', () => {
      it('tells calls that wait, bodies that are read, and calls that come later', async (ctx) => {
        const other = await open();
        const { kill } = other;
        if (kill === null) {
          await other.close();
          return ctx.skip(`over ${name} there is no other process that could end by itself`);
        }
        const ask = (path: string): Promise<Response> => other.fetch(new Request(`${other.base}${path}`));
        const waiting = ask('/wait?ms=60000').then(() => null, (error: unknown) => error);
        const reading = (await ask('/drip?key=lost')).text().then(() => null, (error: unknown) => error);
        await after(50);
        await kill();
        expect(await waiting).toMatchObject({ code: 'ENGINE_LOST' });
        expect(await reading).toMatchObject({ code: 'ENGINE_LOST' });
        await expect(ask('/json')).rejects.toMatchObject({ code: 'ENGINE_LOST' });
        await other.close();
      });
    });
  });
}
