import { createHash } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';

/** What the transports are tried with: a handler of one process that streams, waits, breaks, and remembers what happened to it. */

interface Seen {
  produced: number;
  received: number;
  cancelled: boolean;
  aborted: boolean;
}

/** Byte at a position of `/bytes`: not periodic in the length of a chunk, so that a chunk lost or twice is seen. */
export function pattern(start: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = ((start + at) * 31 + ((start + at) >> 13)) & 0xff;
  return bytes;
}

export function makeHandler(): (request: Request) => Promise<Response> {
  const seen = new Map<string, Seen>();
  const seenOf = (key: string): Seen => {
    const known = seen.get(key) ?? { produced: 0, received: 0, cancelled: false, aborted: false };
    seen.set(key, known);
    return known;
  };

  return async (request) => {
    const url = new URL(request.url);
    const path = url.pathname.replace(/^\/api/, '');
    const ask = (name: string): number => Number(url.searchParams.get(name) ?? 0);
    const mine = seenOf(url.searchParams.get('key') ?? '');
    request.signal.addEventListener('abort', () => {
      mine.aborted = true;
    });
    switch (path) {
      case '/json':
        return Response.json({ ok: true, number: 9007199254740991, text: 'é☃😀' });
      case '/seen':
        return Response.json(mine);
      case '/memory':
        return Response.json({ rss: process.memoryUsage().rss });
      case '/status':
        return new Response('there', { status: ask('status'), statusText: 'As Asked' });
      case '/echo':
        return Response.json({ method: request.method, path: url.pathname, search: url.search, headers: [...request.headers] });
      case '/cookies':
        return new Response('x', { headers: [['set-cookie', 'a=1; Path=/'], ['set-cookie', 'b=2; Path=/'], ['x-many', 'one'], ['x-many', 'two']] });
      case '/nothing':
        return new Response(null, { status: 204 });
      case '/empty':
        return new Response(new ReadableStream({ start: (controller) => controller.close() }));
      case '/problem':
        return new Response(JSON.stringify({ code: 'DATASET_UNKNOWN' }), { status: 404, headers: { 'content-type': 'application/problem+json' } });
      case '/throw':
        throw new Error('secret of the other side');
      case '/bytes':
        return new Response(produce(mine, ask('size'), ask('chunk') || 65_536, url.searchParams.get('zero') === '1'), { headers: { 'x-size': String(ask('size')) } });
      case '/odd-chunks':
        return new Response(chunksOf([1, 65_536, 3, 262_144, 262_145, 1_048_577, 0, 7]));
      case '/view': {
        const whole = new Uint8Array(16_777_216).fill(7);
        return new Response(ReadableStream.from([whole.subarray(1_000, 2_000), whole.subarray(5, 6)]));
      }
      case '/pooled':
        return new Response(ReadableStream.from(['one,', 'two,', 'three'].map((text) => Buffer.from(text))));
      case '/break':
        return new Response(breaking(ask('size')));
      case '/break-at-once':
        return new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('secret of the other side')) }));
      case '/drip':
        return new Response(drip(mine), { headers: { 'content-type': 'text/plain' } });
      case '/events':
        return new Response(events(mine, ask('count'), ask('every')), { headers: { 'content-type': 'text/event-stream' } });
      case '/wait':
        await after(ask('ms'), undefined, { signal: request.signal });
        return Response.json({ waited: true });
      case '/body':
        return new Response(request.body);
      case '/sum':
        return Response.json(await sum(request, mine));
      case '/sum-slowly':
        return Response.json(await sum(request, mine, 20));
      case '/ignore':
        return Response.json({ ignored: true });
      case '/read-some': {
        const reader = request.body?.getReader();
        const first = await reader?.read();
        await reader?.cancel('enough');
        return Response.json({ read: (first?.value?.length ?? 0) > 0 });
      }
      case '/text':
        return new Response(await request.text());
      case '/form': {
        const form = await request.formData();
        const file = form.get('file');
        return Response.json({ program: form.get('program_id'), name: file instanceof File ? file.name : null, size: file instanceof File ? file.size : null });
      }
      default:
        return new Response('unknown', { status: 404 });
    }
  };
}

function produce(mine: Seen, size: number, chunk: number, isZero: boolean): ReadableStream<Uint8Array> {
  const zero = new Uint8Array(chunk);
  return new ReadableStream(
    {
      pull: (controller) => {
        if (mine.produced >= size) return controller.close();
        const length = Math.min(chunk, size - mine.produced);
        controller.enqueue(isZero ? zero.subarray(0, length) : pattern(mine.produced, length));
        mine.produced += length;
      },
      cancel: () => {
        mine.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
}

function chunksOf(lengths: readonly number[]): ReadableStream<Uint8Array> {
  let at = 0;
  return ReadableStream.from(
    lengths.map((length) => {
      at += length;
      return pattern(at - length, length);
    }),
  );
}

function breaking(size: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (sent >= size) {
          // What was sent gets away first, so that the break is in the middle.
          await after(30);
          return controller.error(new Error('secret of the other side'));
        }
        controller.enqueue(pattern(sent, 1_024));
        sent += 1_024;
      },
    },
    { highWaterMark: 0 },
  );
}

function drip(mine: Seen): ReadableStream<Uint8Array> {
  const ended = new AbortController();
  return new ReadableStream(
    {
      async pull(controller) {
        if (mine.produced > 0) await after(100, undefined, { signal: ended.signal }).catch(() => undefined);
        if (ended.signal.aborted) return;
        controller.enqueue(new Uint8Array(10));
        mine.produced += 10;
      },
      cancel: () => {
        mine.cancelled = true;
        ended.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

function events(mine: Seen, count: number, every: number): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        if (mine.produced === count) return controller.close();
        await after(every);
        if (!mine.cancelled) controller.enqueue(text.encode(`id: ${++mine.produced}\ndata: {"at":${mine.produced}}\n\n`));
      },
      cancel: () => {
        mine.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
}

async function sum(request: Request, mine: Seen, pause = 0): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  if (request.body === null) return { size: 0, sha256: hash.digest('hex') };
  try {
    for await (const chunk of request.body) {
      if (pause > 0) await after(pause);
      hash.update(chunk);
      mine.received += chunk.length;
    }
  } catch (error) {
    mine.cancelled = true;
    throw error;
  }
  return { size: mine.received, sha256: hash.digest('hex') };
}
