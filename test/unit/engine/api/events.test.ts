import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { EventLog } from '../../../../src/engine/api/event-log.ts';
import { abortable, Requests } from '../../../../src/engine/api/requests.ts';
import { openToWrite } from '../../../../src/engine/open.ts';
import { createDataset } from '../../../../src/engine/datasets/index.ts';
import type { DatasetId } from '../../../../src/contract/index.ts';
import { join } from 'node:path';
import { DoorBench } from '../../../builders/door.ts';

const never = new AbortController().signal;

/** The first `count` blocks of a stream that have data or an id. */
async function blocks(response: Response, count: number): Promise<string[]> {
  const found: string[] = [];
  let text = '';
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  while (found.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString('utf8');
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    found.push(...parts);
  }
  await reader.cancel();
  return found.slice(0, count);
}

describe('the log of events', () => {
  it('gives a reader that comes back what it missed', async () => {
    const log = new EventLog('run');
    log.tell({ type: 'draft', dataset: 'A' });
    const [first] = await blocks(log.stream(null, never), 1);
    expect(first).toBe('retry: 1000\nid: run-1');
    log.tell({ type: 'draft', dataset: 'B' });
    log.tell({ type: 'draft', dataset: 'C' });
    expect((await blocks(log.stream('run-1', never), 3)).slice(1)).toEqual(['id: run-2\ndata: {"type":"draft","dataset":"B"}', 'id: run-3\ndata: {"type":"draft","dataset":"C"}']);
    expect(log.readers).toBe(0);
  });

  it.each(['other-1', 'run-99999', 'nonsense', 'run--1'])('has a reader ask for everything again that comes back with %s', async (id) => {
    const log = new EventLog('run');
    log.tell({ type: 'draft', dataset: 'A' });
    expect((await blocks(log.stream(id, never), 2))[1]).toBe('id: run-1\ndata: {"type":"resync"}');
  });

  it('keeps the last 1,000, and tells a reader that is slower to ask again', async () => {
    const log = new EventLog('run');
    const slow = log.stream(null, never);
    for (let i = 0; i < 1_005; i++) log.tell({ type: 'draft', dataset: `D${i}` });
    expect((await blocks(slow, 2))[1]).toBe('id: run-1005\ndata: {"type":"resync"}');
    expect((await blocks(log.stream('run-5', never), 2))[1]).toBe('id: run-6\ndata: {"type":"draft","dataset":"D5"}');
    expect((await blocks(log.stream('run-4', never), 2))[1]).toBe('id: run-1005\ndata: {"type":"resync"}');
  });

  it('forgets a reader that has gone, by cancel or by signal', async () => {
    const log = new EventLog('run');
    const stop = new AbortController();
    const response = log.stream(null, stop.signal);
    expect(log.readers).toBe(1);
    stop.abort();
    expect(log.readers).toBe(0);
    await response.body?.cancel();
    const other = log.stream(null, never);
    await other.body?.cancel();
    expect(log.readers).toBe(0);
  });
});

describe('requests that are withdrawn', () => {
  it('abort by their id before their answer is out, and not after', () => {
    const requests = new Requests();
    const first = requests.begin('r1', never);
    const second = requests.begin('r2', never);
    requests.withdraw('r1');
    expect([first.signal.aborted, second.signal.aborted]).toEqual([true, false]);
    second.done();
    requests.withdraw('r2');
    expect(second.signal.aborted).toBe(false);
  });

  it('end a body in this process, which never looks complete then', async () => {
    let cancelled = false;
    const fetch = abortable(() => Promise.resolve(new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10)), cancel: () => void (cancelled = true) }))));
    const stop = new AbortController();
    const response = await fetch(new Request('http://x.test/', { signal: stop.signal }));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    stop.abort();
    await expect(reader.read()).rejects.toThrow();
    expect(cancelled).toBe(true);
  });
});

describe('events of a lake', () => {
  let bench: DoorBench;
  beforeAll(async () => {
    bench = await DoorBench.withLake();
  });
  afterAll(() => bench.remove());

  it('tell that its ledger grew by another program', async () => {
    const stop = new AbortController();
    const told = (async () => {
      for await (const { event } of bench.events(undefined, stop.signal)) if (event.type === 'ledger') return event;
      return null;
    })();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const lake = await openToWrite({ folder: join(bench.folder, 'lakes', 'Records'), profile: join(bench.folder, 'profile') });
    await createDataset(lake, 'ELSEWHERE' as DatasetId, []);
    await lake.close();
    expect(await told).toMatchObject({ type: 'ledger', size: 3 });
    stop.abort();
  });

  it('end when the door is closed', async () => {
    const response = await bench.raw('/events');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await bench.door.close();
    for (;;) if ((await reader.read()).done) break;
    await bench.again();
    expect((await bench.ask(routes.about, {})).product).toBe('HMS-DTA');
  });

  it('answers a withdrawal of what it does not know', async () => {
    expect((await bench.raw('/requests/none', { method: 'DELETE' })).status).toBe(204);
  });
});
