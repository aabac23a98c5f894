import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';
import type { CallOf, Job, ReplyOf, Route } from '../../contract/api/index.ts';
import { useDoor } from '../host/index.ts';
import { learn } from './live.ts';

/**
 * An act on the lake through a route of the door. What it may have changed (`touched`, keys of data/keys.ts) is asked for anew when it is done, whether the
 * events of the engine arrive or not; a job that it began is known at once.
 */
export function useAct<const R extends Route>(route: R, touched: readonly (readonly unknown[])[] = []): UseMutationResult<ReplyOf<R>, Error, CallOf<R>> {
  const { call } = useDoor();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: CallOf<R>) => call(route, given),
    onSuccess: (reply: ReplyOf<R>) => {
      if (began(reply)) learn(client, reply.job);
    },
    onSettled: async () => {
      await Promise.all(touched.map((queryKey) => client.invalidateQueries({ queryKey: [...queryKey] })));
    },
  });
}

const began = (reply: unknown): reply is { readonly job: Job } => typeof reply === 'object' && reply !== null && 'job' in reply;
