import { z } from 'zod';
import { Instant } from '../ids.ts';
import { Job } from './jobs.ts';
import { route } from './route.ts';

/**
 * What happened, as server-sent events with ids. A reader that comes back with `Last-Event-ID` (header, or query `after`) is given what it missed of the last
 * 1,000; where that does not reach back far enough, or the program was started anew, it gets `resync` first and asks for everything again.
 */
export const HostEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('resync') }),
  /** A job began, went on or ended. At most 5 a second for each job while it goes on. */
  z.object({ type: z.literal('job'), job: Job }),
  z.object({ type: z.literal('job-gone'), id: z.string() }),
  /** A lake was opened or closed. */
  z.object({ type: z.literal('lake'), lake: z.string().nullable() }),
  /** The ledger of the open lake grew, by anyone. */
  z.object({ type: z.literal('ledger'), size: z.int(), at: Instant.nullable() }),
  /** Other workstations came, went, or do something else. */
  z.object({ type: z.literal('presence') }),
  /** The folder of the open lake does not answer since then, or (null) answers again. */
  z.object({ type: z.literal('away'), since: Instant.nullable() }),
  /** A draft changed. */
  z.object({ type: z.literal('draft'), dataset: z.string() }),
]);
export type HostEvent = z.infer<typeof HostEvent>;

export const eventRoutes = {
  events: route({ method: 'GET', path: '/events', summary: 'What happens, as server-sent events', query: z.object({ after: z.string().optional() }), reply: 'events' }),
  cancelRequest: route({ method: 'DELETE', path: '/requests/{id}', summary: 'Withdraws a request that was sent with this x-request-id and has no answer yet', params: z.object({ id: z.string() }), reply: 'nothing' }),
  metrics: route({ method: 'GET', path: '/metrics', summary: 'Measures in the text format of Prometheus; no names', reply: 'text' }),
} as const;
