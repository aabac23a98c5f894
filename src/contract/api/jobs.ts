import { z } from 'zod';
import { DatasetId, Instant } from '../ids.ts';
import { scopes } from '../token.ts';
import { Problem } from './problem.ts';
import { Exported, IntakeReport, PublishedFile, VerifyReport } from './results.ts';
import { route } from './route.ts';

/** Lasting work. A job goes on when the page that began it is gone; the list of jobs outlives the program, the work of most kinds does not. */

export const jobKinds = ['intake', 'commit', 'discard', 'export', 'verification', 'transform', 'import', 'rebuild', 'sample', 'normalize', 'refresh', 'publication'] as const;
export type JobKind = (typeof jobKinds)[number];

export const JobProgress = z.object({
  /** In words for people: `Reading and hashing`. */
  phase: z.string(),
  filesDone: z.int(),
  filesTotal: z.int().nullable(),
  bytesDone: z.int(),
  bytesTotal: z.int().nullable(),
  /** Bytes a second over the last seconds; null until it is stable, and where no bytes are counted. */
  rate: z.number().nullable(),
  /** Null until it is stable. */
  secondsLeft: z.number().nullable(),
  /** 0 to 1; null while no total is known. */
  share: z.number().nullable(),
});
export type JobProgress = z.infer<typeof JobProgress>;

/** What a job that is done has made. */
export const JobResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('intake'), dataset: DatasetId, report: IntakeReport }),
  z.object({ kind: z.literal('commit'), ref: z.string(), dataset: DatasetId, version: z.int() }),
  z.object({ kind: z.literal('discard'), dataset: DatasetId }),
  z.object({ kind: z.literal('export'), exported: Exported }),
  z.object({ kind: z.literal('verification'), report: VerifyReport }),
  z.object({ kind: z.literal('transform'), ref: z.string(), dataset: DatasetId, version: z.int(), counts: z.record(z.string(), z.number()) }),
  z.object({ kind: z.literal('import'), dataset: DatasetId, versions: z.array(z.string()), before: z.int(), left: z.array(z.string()) }),
  z.object({ kind: z.literal('rebuild'), entries: z.int(), datasets: z.int(), files: z.int() }),
  z.object({ kind: z.literal('refresh'), cube: z.string(), version: z.int(), isNew: z.boolean(), how: z.enum(['full', 'parts', 'none']), rows: z.int() }),
  z.object({ kind: z.literal('sample'), lake: z.string() }),
  z.object({ kind: z.literal('normalize'), drops: z.int(), rows: z.int(), quarantined: z.int() }),
  z.object({ kind: z.literal('publication'), published: PublishedFile }),
]);
export type JobResult = z.infer<typeof JobResult>;

export const jobStates = ['waiting', 'running', 'paused', 'done', 'failed', 'cancelled'] as const;

export const Job = z.object({
  id: z.string(),
  kind: z.enum(jobKinds),
  /** A sentence's beginning: `Taking files into WF-2024-07`. */
  title: z.string(),
  /** The lake that it works on; null for a check of something else. */
  lake: z.string().nullable(),
  /** A dataset's id or a version's name, where it works on one. */
  subject: z.string().nullable(),
  state: z.enum(jobStates),
  started: Instant,
  ended: Instant.nullable(),
  progress: JobProgress,
  /** What can be asked of it now. */
  can: z.array(z.enum(['cancel', 'pause', 'resume'])),
  result: JobResult.nullable(),
  /** Why it failed, what a cancelled job kept, or why one rests that nobody paused. */
  problem: Problem.nullable(),
});
export type Job = z.infer<typeof Job>;

/** Answer of a route that began a job. */
export const JobBegun = z.object({ job: Job });

const params = z.object({ job: z.string() });

export const jobRoutes = {
  listJobs: route({ method: 'GET', path: '/dta/jobs', summary: 'Jobs, newest first: those at work, and the last 200 that ended', reply: z.object({ jobs: z.array(Job) }) }),
  getJob: route({ method: 'GET', path: '/dta/jobs/{job}', summary: 'A job', params, reply: Job, problems: ['JOB_UNKNOWN'], scopes }),
  cancelJob: route({
    method: 'DELETE',
    path: '/dta/jobs/{job}',
    summary: 'Stops a job that is at work; what it had kept stays. Takes one that has ended off the list',
    params,
    reply: Job,
    problems: ['JOB_UNKNOWN', 'JOB_REFUSED'],
  }),
  pauseJob: route({ method: 'POST', path: '/dta/jobs/{job}/pause', summary: 'Lets a job rest; nothing that was staged is lost', params, reply: Job, problems: ['JOB_UNKNOWN', 'JOB_REFUSED'] }),
  resumeJob: route({ method: 'POST', path: '/dta/jobs/{job}/resume', summary: 'Lets a job that rests go on', params, reply: Job, problems: ['JOB_UNKNOWN', 'JOB_REFUSED'] }),
} as const;
