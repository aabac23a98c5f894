import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { forkChild } from '../../../../src/engine/lake/index.ts';
import { DoorBench } from '../../../builders/door.ts';

/** The door starts processes in one way only: that which its host gives it. */

const started: string[] = [];
let bench: DoorBench;
beforeAll(async () => {
  bench = await DoorBench.withLake({
    spawner: (program, events) => {
      started.push(program.name);
      return forkChild(program, events);
    },
  });
  await bench.ingest('WF-1', { 'a.csv': 'station,temp\nS1,20\nS2,31\n' });
});
afterAll(() => bench.remove());

it('a condition over a table is judged and applied in a process that the host started', async () => {
  expect(started).toEqual([]);
  const { ref } = await bench.made(await bench.ask(routes.transform, { body: { sources: ['WF-1:v1'], spec: { name: 'csv_filter', where: 'CAST(temp AS INTEGER) > 25' }, message: null } }), 'transform');
  expect(ref).toBe('WF-1:v2');
  expect(new Set(started)).toEqual(new Set(['query']));
});
