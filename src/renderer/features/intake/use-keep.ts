import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Tag } from '../../../contract/index.ts';
import { ProblemError, routes } from '../../../contract/api/screens.ts';
import type { Job } from '../../../contract/api/index.ts';
import { isAtWork, keys, useAct, useJob } from '../../data/index.ts';

/** A draft on its way to become a version. */
export interface Keeping {
  readonly begin: (message: string | null, tags: readonly Tag[]) => void;
  /** The job that keeps it, while it is at work. */
  readonly job: Job | null;
  /** From the press of the button on until it failed: the draft may be gone in that time, and the form stays. */
  readonly isUnderWay: boolean;
  readonly problem: Error | null;
}

/** Keeps the draft of a dataset, and leads to the version when it is there. Of the screen and not of its form, which goes with the draft. */
export function useKeep(dataset: string): Keeping {
  const navigate = useNavigate();
  const commit = useAct(routes.commitDraft, [keys.jobs]);
  const [begun, setBegun] = useState<{ readonly dataset: string; readonly job: string } | null>(null);
  // The screen of another dataset is this screen too: what was begun for one leads to no version of another.
  const jobId = begun?.dataset === dataset ? begun.job : null;
  const job = useJob(jobId);
  const made = job?.state === 'done' && job.result?.kind === 'commit' ? job.result.version : null;
  useEffect(() => {
    if (made !== null) void navigate({ to: '/datasets/$id', params: { id: dataset }, search: { v: made } });
  }, [made, dataset, navigate]);
  const working = job !== undefined && isAtWork(job);
  return {
    begin: (message, tags) => {
      setBegun(null);
      commit.mutate({ params: { dataset }, body: { message, tags: [...tags] } }, { onSuccess: (reply) => setBegun({ dataset, job: reply.job.id }) });
    },
    job: working ? job : null,
    isUnderWay: commit.isPending || working || made !== null || (jobId !== null && job === undefined),
    problem: commit.error ?? (job?.state === 'failed' && job.problem !== null ? new ProblemError(job.problem) : null),
  };
}
