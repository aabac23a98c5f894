import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import type { Problem } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';

/** Requests of programs that are wrong, or mean harm: each is refused with words, and costs little. */

let bench: DoorBench;
beforeAll(async () => {
  bench = await DoorBench.withLake();
});
afterAll(() => bench.remove());

async function post(path: string, body: string): Promise<{ status: number; problem: Problem }> {
  const response = await bench.raw(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return { status: response.status, problem: (await response.json()) as Problem };
}

describe('a JSON body', () => {
  it('of some millions of wrong values is refused at once, and does not fill the memory', async () => {
    const before = process.memoryUsage().rss;
    const { status, problem } = await post('/dta/verifications', `{"of":{"kind":"lake"},"trust":[${'1,'.repeat(7_000_000)}1]}`);
    expect([status, problem.code, problem.detail]).toEqual([400, 'REQUEST_UNREADABLE', 'The body of the request holds more than 100,000 values.']);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  it('with many wrong values is told the first of them and how many there are', async () => {
    const { status, problem } = await post('/dta/verifications', `{"of":{"kind":"lake"},"trust":[${'1,'.repeat(89_999)}1]}`);
    expect([status, problem.code]).toEqual([422, 'REQUEST_INVALID']);
    expect(problem.detail).toContain('; and 89997 more.');
    expect(problem.facts['issues']).toHaveLength(100);
  });

  it('that is nested without end is refused', async () => {
    const { status, problem } = await post('/dta/transforms', `{"sources":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    expect([status, problem.code, problem.detail]).toEqual([400, 'REQUEST_UNREADABLE', 'The body of the request is nested more than 64 levels deep.']);
  });

  it.each(['{"id":"S-1","tags":[],"description":{"title":"\\ud800"}}', '{"id":"S-1","tags":[],"description":{"\\udfff":"x"}}'])('with half a character makes nothing: %s', async (body) => {
    const { status, problem } = await post('/dta/datasets', body);
    expect([status, problem.code]).toEqual([400, 'REQUEST_UNREADABLE']);
    expect((await bench.ask(routes.listDatasets, { query: {} })).items).toEqual([]);
  });
});
