import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

let bench: DoorBench;
beforeAll(async () => {
  bench = await DoorBench.withLake();
}, 300_000);
afterAll(() => bench.remove());

describe('publishing at the door', () => {
  it('is a job, which says why where there is nothing to publish', async () => {
    const { job } = await bench.ask(routes.publish, { body: {} });
    expect(job).toMatchObject({ kind: 'publication', title: 'Publishing the tables' });
    expect(await bench.ended(job.id)).toMatchObject({ state: 'failed', problem: { code: 'USAGE', title: expect.any(String) as string } });
    expect((await bench.refused(routes.fetchPublication, { params: { job: job.id } })).code).toBe('JOB_UNKNOWN');
  });
});
