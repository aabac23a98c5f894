import { z } from 'zod';
import { doings } from '../heartbeat.ts';
import { DatasetId, Instant, KeyId } from '../ids.ts';
import { route } from './route.ts';

/** Who else works in the lake at this moment. */

export const PresentStation = z.object({
  station: KeyId,
  /** As its certificate says. */
  name: z.string(),
  doing: z.enum(doings),
  /** The dataset whose draft it works on; null where it works on none, or that cannot be read. */
  dataset: DatasetId.nullable(),
  /** The account of that draft. */
  account: z.string().nullable(),
  /** When it began with that, by its own clock. */
  since: Instant,
});
export type PresentStation = z.infer<typeof PresentStation>;

export const presenceRoutes = {
  listPresent: route({
    method: 'GET',
    path: '/dta/presence',
    summary: 'Other workstations that gave a sign of life in the last minute, and what they are doing',
    reply: z.object({ stations: z.array(PresentStation) }),
    problems: ['LAKE_NONE'],
  }),
} as const;
