import { describe, expect, it } from 'vitest';
import type { HostEvent } from '../../../src/contract/api/index.ts';
import { PAUSE_MS, SILENCE_MS, follow } from '../../../src/renderer/host/follow.ts';
import type { Connection } from '../../../src/renderer/host/follow.ts';

/** Follows streams that are answered one after another; stops when there is none left. Pauses take no time and are written down. */
async function run(answers: readonly (() => Response | Promise<Response>)[]): Promise<{ afters: (string | null)[]; events: HostEvent[]; connections: Connection[]; pauses: number[] }> {
  const stop = new AbortController();
  const seen = { afters: [] as (string | null)[], events: [] as HostEvent[], connections: [] as Connection[], pauses: [] as number[] };
  let next = 0;
  await follow(
    {
      open: async (after) => {
        const answer = answers[next];
        next += 1;
        if (answer === undefined) {
          stop.abort();
          throw new Error('No answer is left.');
        }
        seen.afters.push(after);
        return answer();
      },
      event: (event) => seen.events.push(event),
      connection: (now) => seen.connections.push(now),
      wait: (ms, signal) => {
        if (ms === SILENCE_MS) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('Stopped.'))));
        seen.pauses.push(ms);
        return Promise.resolve();
      },
    },
    stop.signal,
  );
  return seen;
}

const stream = (text: string) => (): Response => new Response(text, { headers: { 'content-type': 'text/event-stream' } });
const gone = (): Response => {
  throw new TypeError('Failed to fetch');
};
const ledger = (size: number): string => `data: {"type":"ledger","size":${size},"at":null}\n\n`;

describe('the events of the engine', () => {
  it('go on after the last id that was read', async () => {
    const { afters, events } = await run([stream(`id: 4\n${ledger(1)}id: 5\n${ledger(2)}`), stream(`id: 6\n${ledger(3)}`), stream('')]);
    expect(afters).toEqual([null, '5', '6']);
    expect(events.map((event) => (event.type === 'ledger' ? event.size : event.type))).toEqual([1, 2, 3]);
  });

  it('are asked for again at once, then after pauses that double, and at once again after one that brought something', async () => {
    const { pauses } = await run([stream(ledger(1)), gone, gone, gone, stream(ledger(2)), gone]);
    expect(pauses).toEqual([0, PAUSE_MS.first, PAUSE_MS.first * 2, PAUSE_MS.first * 4, 0, PAUSE_MS.first]);
  });

  it('are never waited for longer than the longest pause', async () => {
    const { pauses } = await run(Array.from({ length: 12 }, () => gone));
    expect(Math.max(...pauses)).toBe(PAUSE_MS.longest);
  });

  it('tell how the page stands with the engine', async () => {
    expect((await run([stream(ledger(1)), gone])).connections).toEqual(['connecting', 'live', 'lost', 'lost']);
  });

  it('end where the engine does not let the page in', async () => {
    const { connections, afters } = await run([() => new Response('', { status: 401 }), stream(ledger(1))]);
    expect(connections).toEqual(['connecting', 'refused']);
    expect(afters).toEqual([null]);
  });

  it('of a kind that this page does not know, and what is no JSON, are passed over', async () => {
    const { events } = await run([stream(`data: {"type":"weather","wind":3}\n\ndata: {oops\n\n${ledger(9)}`)]);
    expect(events).toEqual([{ type: 'ledger', size: 9, at: null }]);
  });

  it('are opened anew where the stream is silent for too long', async () => {
    const stop = new AbortController();
    const bite: (() => void)[] = [];
    let opened = 0;
    const done = follow(
      {
        open: async () => {
          opened += 1;
          if (opened === 2) stop.abort();
          // It says nothing and does not end.
          return new Response(new ReadableStream());
        },
        event: () => undefined,
        connection: () => undefined,
        wait: (ms) => (ms === SILENCE_MS ? new Promise((resolve) => bite.push(resolve)) : Promise.resolve()),
      },
      stop.signal,
    );
    while (bite.length === 0) await new Promise((resolve) => setImmediate(resolve));
    bite[0]?.();
    await done;
    expect(opened).toBe(2);
  });
});
