import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import type { Job, LakeState } from '../../contract/api/index.ts';
import { useDoor } from '../host/index.ts';
import { queries } from './queries.ts';

/** The lake that is open; null where there is none. */
export function useLake(): UseQueryResult<LakeState | null> {
  const { call } = useDoor();
  return useQuery(queries.lake(call));
}

/** Why nothing can be written to the lake from here, as a sentence; null where it can be. For the reason beside a button. */
export function useReadOnly(): string | null {
  const lake = useLake().data;
  return lake?.away?.problem.detail ?? lake?.readOnly?.detail ?? null;
}

/** Jobs, newest first; empty until they are known. */
export function useJobs(): readonly Job[] {
  const { call } = useDoor();
  return useQuery(queries.jobs(call)).data?.jobs ?? none;
}

const none: readonly Job[] = [];

/** A job as it stands now, which events keep current; undefined until it is known. */
export function useJob(id: string | null): Job | undefined {
  return useJobs().find((job) => job.id === id);
}

/** The program ended while files were sent to this intake; it goes on when they are sent again. */
export const isCutOff = (job: Job): boolean => job.state === 'paused' && job.problem !== null;

export const isAtWork = (job: Job): boolean => job.state === 'running' || job.state === 'waiting' || job.state === 'paused';
