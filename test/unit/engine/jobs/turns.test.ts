import { expect, it } from 'vitest';
import type { Job, JobResult } from '../../../../src/contract/api/index.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import { Jobs } from '../../../../src/engine/jobs/index.ts';
import type { Run } from '../../../../src/engine/jobs/index.ts';

/** Work that reads much goes on two at a time, however much of it is begun. */

interface Begun {
  readonly job: Job;
  readonly end: () => void;
}

async function opened() {
  const jobs = await Jobs.open({
    clock: systemClock,
    file: null,
    tell: () => undefined,
    problemOf: (error) => { throw error; },
    specAgain: () => { throw new Error('nothing is begun again here'); },
    whyAway: () => Promise.resolve(null),
    log: () => undefined,
  });
  const atWork: string[] = [];
  const begin = (name: string, kind: 'verification' | 'commit' = 'verification'): Begun => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const work = async ({ signal }: Run): Promise<JobResult> => {
      atWork.push(name);
      await Promise.race([ended, new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))]);
      return { kind: 'discard', dataset: 'X' as never };
    };
    return { job: jobs.begin({ kind, title: name, lake: null, subject: null, work }), end };
  };
  const states = () => Object.fromEntries(jobs.list().map(({ title, state }) => [title, state]));
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
  return { jobs, atWork, begin, states, settle };
}

it('a third check waits for one of two to end, and what is light does not wait', async () => {
  const { jobs, atWork, begin, states, settle } = await opened();
  const [a, b, c] = [begin('a'), begin('b'), begin('c')];
  const light = begin('light', 'commit');
  await settle();
  expect(atWork).toEqual(['a', 'b', 'light']);
  expect(states()).toEqual({ a: 'running', b: 'running', c: 'waiting', light: 'running' });
  expect(jobs.get(c.job.id)).toMatchObject({ can: ['cancel'], progress: { phase: 'Waiting for other work to end' } });
  a.end();
  await settle();
  expect(states()).toEqual({ a: 'done', b: 'running', c: 'running', light: 'running' });
  for (const { end } of [b, c, light]) end();
  await settle();
  expect(new Set(Object.values(states()))).toEqual(new Set(['done']));
  await jobs.close();
});

it('one that is cancelled while it waits has done nothing, and those behind it come in their order', async () => {
  const { jobs, atWork, begin, states, settle } = await opened();
  const [a, b, c, d, e] = [begin('a'), begin('b'), begin('c'), begin('d'), begin('e')];
  await settle();
  const gone = await jobs.cancel(c.job.id);
  expect(gone).toMatchObject({ state: 'cancelled', problem: { code: 'CANCELLED', kept: 'It had not begun, so nothing was changed.' }, can: [] });
  a.end();
  await settle();
  expect(atWork).toEqual(['a', 'b', 'd']);
  expect(states()).toMatchObject({ c: 'cancelled', d: 'running', e: 'waiting' });
  for (const { end } of [b, d, e]) end();
  await settle();
  expect(atWork).toEqual(['a', 'b', 'd', 'e']);
  await jobs.close();
});
