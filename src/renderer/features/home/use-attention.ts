import { useQuery } from '@tanstack/react-query';
import type { Draft, Job, LakeState } from '../../../contract/api/index.ts';
import { queries, useJobs } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';

/** Something that waits for a person, the gravest first. */
export type Matter =
  | { readonly kind: 'lost'; readonly ref: string }
  | { readonly kind: 'alarm'; readonly count: number }
  | { readonly kind: 'readOnly'; readonly what: string; readonly next: string | null }
  | { readonly kind: 'enrolment'; readonly fingerprint: string }
  | { readonly kind: 'request'; readonly id16: string; readonly name: string; readonly fingerprint: string }
  | { readonly kind: 'failed'; readonly job: Job }
  | { readonly kind: 'draft'; readonly draft: Draft }
  | { readonly kind: 'placed'; readonly refs: readonly string[] };

interface Known {
  readonly lake: LakeState;
  readonly drafts: readonly Draft[];
  readonly jobs: readonly Job[];
  readonly requests: readonly { readonly id16: string; readonly name: string; readonly fingerprint: string }[];
}

/** What of all that is known needs a person. */
export function mattersOf({ lake, drafts, jobs, requests }: Known): readonly Matter[] {
  return [
    ...lake.recovered.lost.map((ref): Matter => ({ kind: 'lost', ref })),
    ...(lake.ledger.alarms > 0 ? [{ kind: 'alarm', count: lake.ledger.alarms } as const] : []),
    // A workstation that is not enrolled cannot write, so both would say the same.
    ...(lake.enrolment !== null ? [{ kind: 'enrolment', fingerprint: lake.enrolment.fingerprint } as const] : lake.readOnly !== null ? [{ kind: 'readOnly', what: lake.readOnly.detail, next: lake.readOnly.next } as const] : []),
    // Its own request is the same matter: others answer it.
    ...requests.filter(({ fingerprint }) => fingerprint !== lake.enrolment?.fingerprint).map((request): Matter => ({ kind: 'request', ...request })),
    ...jobs.filter(({ state }) => state === 'failed').map((job): Matter => ({ kind: 'failed', job })),
    ...drafts.map((draft): Matter => ({ kind: 'draft', draft })),
    ...(lake.recovered.placed.length > 0 ? [{ kind: 'placed', refs: lake.recovered.placed } as const] : []),
  ];
}

export function useAttention(lake: LakeState): readonly Matter[] {
  const { call } = useDoor();
  const drafts = useQuery(queries.drafts(call)).data?.drafts ?? [];
  const requests = useQuery(queries.keys(call)).data?.requests ?? [];
  const jobs = useJobs();
  return mattersOf({ lake, drafts, jobs, requests });
}
