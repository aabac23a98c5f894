import type { QueryClient } from '@tanstack/react-query';
import type { HostEvent, Job } from '../../contract/api/index.ts';
import { keys } from './keys.ts';

/** The list of jobs as the page keeps it. */
interface Jobs {
  readonly jobs: readonly Job[];
}

/** Brings what the page keeps in line with what happened. */
export function apply(client: Pick<QueryClient, 'invalidateQueries' | 'setQueryData'>, event: HostEvent): void {
  const stale = (queryKey: readonly unknown[]): void => void client.invalidateQueries({ queryKey: [...queryKey] });
  switch (event.type) {
    case 'resync':
      void client.invalidateQueries();
      return;
    case 'job':
      client.setQueryData<Jobs>(keys.jobs, (before) => (before === undefined ? undefined : { jobs: withJob(before.jobs, event.job) }));
      if (event.job.ended !== null) endsOf(event.job).forEach(stale);
      return;
    case 'job-gone':
      client.setQueryData<Jobs>(keys.jobs, (before) => (before === undefined ? undefined : { jobs: before.jobs.filter(({ id }) => id !== event.id) }));
      return;
    case 'lake':
      // Another lake, or none: all that was known belongs to the one before.
      void client.invalidateQueries();
      return;
    case 'ledger':
      [keys.lake, keys.allEntries, keys.allDatasets, keys.keys].forEach(stale);
      return;
    case 'presence':
      stale(keys.presence);
      return;
    case 'away':
      // Back again: what could not be read meanwhile is asked for anew.
      if (event.since === null) void client.invalidateQueries();
      else stale(keys.lake);
      return;
    case 'draft':
      [keys.drafts, keys.allDatasets].forEach(stale);
      return;
  }
}

/**
 * Takes up a job that the page just began, before any event tells of it: else, for a moment, the screen would offer to begin it once more. What an event already
 * told of it stays.
 */
export function learn(client: Pick<QueryClient, 'invalidateQueries' | 'setQueryData'>, job: Job): void {
  client.setQueryData<Jobs>(keys.jobs, (before) => (before === undefined || before.jobs.some(({ id }) => id === job.id) ? before : { jobs: withJob(before.jobs, job) }));
  // A list that is on its way may have been made before the job was: it is dropped, and asked for anew.
  void client.invalidateQueries({ queryKey: [...keys.jobs] });
}

/** The list with a job as it stands now: in its place, or first where it is new. */
export function withJob(jobs: readonly Job[], job: Job): readonly Job[] {
  return jobs.some(({ id }) => id === job.id) ? jobs.map((one) => (one.id === job.id ? job : one)) : [job, ...jobs];
}

/**
 * What a job that has ended may have changed without an entry in the ledger. The list of jobs too: an answer that was on its way when the job ended still says that
 * it goes on, and comes after the event.
 */
function endsOf(job: Job): readonly (readonly string[])[] {
  return [keys.jobs, ...(job.kind === 'rebuild' || job.kind === 'sample' ? [keys.lake, keys.lakes, keys.allDatasets, keys.allEntries] : [keys.drafts, keys.allDatasets])];
}
