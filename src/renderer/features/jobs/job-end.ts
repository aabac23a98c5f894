import type { Job } from '../../../contract/api/index.ts';
import type { StatusKind } from '../../ui/status.tsx';

export type JobEnd = 'done' | 'failed' | 'cancelled';

export const endKinds: Readonly<Record<JobEnd, StatusKind>> = { done: 'ok', failed: 'bad', cancelled: 'idle' };

/** How a job that is over ended. */
export function endOf(job: Job): JobEnd {
  return job.state === 'done' || job.state === 'failed' ? job.state : 'cancelled';
}
