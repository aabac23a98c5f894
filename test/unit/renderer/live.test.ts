import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { HostEvent, Job } from '../../../src/contract/api/index.ts';
import { apply, learn, withJob } from '../../../src/renderer/data/live.ts';

const job = (id: string, state: Job['state'], kind: Job['kind'] = 'commit') => ({ id, kind, state, ended: state === 'running' ? null : '2024-08-05T12:47:12.408Z' }) as Job;

/** What an event makes stale; null stands for everything. */
function staleAfter(event: HostEvent): (string | null)[] {
  const stale: (string | null)[] = [];
  apply(
    {
      invalidateQueries: (filter) => {
        stale.push(filter?.queryKey === undefined ? null : JSON.stringify(filter.queryKey));
        return Promise.resolve();
      },
      setQueryData: () => undefined,
    },
    event,
  );
  return stale;
}

describe('what the page keeps', () => {
  it('is all asked for again after a resync, and when another lake is open', () => {
    expect(staleAfter({ type: 'resync' })).toEqual([null]);
    expect(staleAfter({ type: 'lake', lake: null })).toEqual([null]);
  });

  it('of lake, ledger, datasets and keys is stale when the ledger grew; files of versions never are', () => {
    expect(staleAfter({ type: 'ledger', size: 9, at: null })).toEqual(['["lake"]', '["ledger"]', '["datasets"]', '["keys"]']);
  });

  it('of drafts is stale when one changed', () => {
    expect(staleAfter({ type: 'draft', dataset: 'WF-2024-07' })).toEqual(['["drafts"]', '["datasets"]']);
  });

  it('is not asked for again while a job goes on', () => {
    expect(staleAfter({ type: 'job', job: job('1', 'running') })).toEqual([]);
    expect(staleAfter({ type: 'job', job: job('1', 'done') })).toEqual(['["jobs"]', '["drafts"]', '["datasets"]']);
  });

  it('of jobs has the newest state of each, new ones first', () => {
    const list = withJob(withJob([job('1', 'running')], job('2', 'running')), job('1', 'done'));
    expect(list.map(({ id, state }) => [id, state])).toEqual([
      ['2', 'running'],
      ['1', 'done'],
    ]);
  });

  it('of jobs has one that the page just began before any event tells of it, and never goes back behind an event', () => {
    const client = new QueryClient();
    learn(client, job('1', 'running'));
    expect(client.getQueryData(['jobs'])).toBeUndefined();
    client.setQueryData(['jobs'], { jobs: [job('1', 'done')] });
    learn(client, job('2', 'running'));
    learn(client, job('1', 'running'));
    expect(client.getQueryData(['jobs'])).toEqual({ jobs: [job('2', 'running'), job('1', 'done')] });
    expect(client.getQueryState(['jobs'])?.isInvalidated).toBe(true);
  });
});
