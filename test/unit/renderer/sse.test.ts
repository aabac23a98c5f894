import { describe, expect, it } from 'vitest';
import { readEvents } from '../../../src/renderer/host/sse.ts';
import type { StreamEvent } from '../../../src/renderer/host/sse.ts';

async function read(pieces: readonly (string | Uint8Array)[]): Promise<{ events: StreamEvent[]; alive: number }> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
  let alive = 0;
  const events: StreamEvent[] = [];
  for await (const event of readEvents(body, () => (alive += 1))) events.push(event);
  return { events, alive };
}

describe('server-sent events', () => {
  it('have ids and data', async () => {
    expect((await read(['id: 7\ndata: {"a":1}\n\n'])).events).toEqual([{ id: '7', data: '{"a":1}' }]);
  });

  it('are put together from pieces that end anywhere, also inside of a character', async () => {
    const bytes = new TextEncoder().encode('id: 1\r\ndata: é\r\n\r\nid: 2\rdata: b\r\r');
    expect((await read([...bytes].map((byte) => Uint8Array.of(byte)))).events).toEqual([
      { id: '1', data: 'é' },
      { id: '2', data: 'b' },
    ]);
  });

  it('join lines of data', async () => {
    expect((await read(['data: a\ndata:b\ndata:  c\n\n'])).events).toEqual([{ id: null, data: 'a\nb\n c' }]);
  });

  it('say that the other side is there by comments, which are no events', async () => {
    expect(await read([': still here\n\n'])).toEqual({ events: [], alive: 1 });
  });

  it('are dropped where the stream ends before the empty line', async () => {
    expect((await read(['data: a\n\ndata: half\n'])).events).toEqual([{ id: null, data: 'a' }]);
  });

  it('do not take an id that holds NUL', async () => {
    expect((await read(['id: a\0b\ndata: x\n\n'])).events).toEqual([{ id: null, data: 'x' }]);
  });
});
