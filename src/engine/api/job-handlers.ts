import { DoorError } from '../../contract/api/index.ts';
import type { Job, jobRoutes } from '../../contract/api/index.ts';
import type { HandlersOf } from './handler.ts';
import type { Services } from './services.ts';

/** The list of lasting work. */
export function jobHandlers({ jobs, desk }: Services): HandlersOf<typeof jobRoutes> {
  const known = (job: Job | null): Job => {
    if (job !== null) return job;
    throw new DoorError('JOB_UNKNOWN', 'There is no such job; jobs that ended are listed for a while only.', { next: 'See the jobs that are listed.' });
  };
  return {
    listJobs: () => ({ jobs: jobs.list() }),
    getJob: ({ params: { job } }) => known(jobs.get(job)),
    cancelJob: async ({ params: { job } }) => known(await jobs.cancel(job)),
    pauseJob: async ({ params: { job } }) => known(await jobs.pause(job)),
    resumeJob: ({ params: { job: id } }) => {
      const job = known(jobs.get(id));
      if (job.lake !== null && job.lake !== desk.id) throw new DoorError('JOB_REFUSED', `${job.title}: its lake is not the one that is open.`, { kept: 'Nothing was changed.', next: 'Open that lake, then resume it.' });
      return known(jobs.resume(id));
    },
  };
}
