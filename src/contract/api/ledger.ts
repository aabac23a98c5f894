import { z } from 'zod';
import { Instant, Sha256 } from '../ids.ts';
import { limit, page, route } from './route.ts';

/** The ledger, as people read it. */

export const Entry = z.object({
  seq: z.int(),
  at: Instant.nullable(),
  op: z.string().nullable(),
  subject: z.string().nullable(),
  /** Who signed, by name where it is known. */
  by: z.string().nullable(),
  /** What its body says in a person's words. */
  words: z.string().nullable(),
  effect: z.boolean(),
  /** Why it has no effect. */
  why: z.string().nullable(),
  leafHash: Sha256,
  destroyed: z.object({ authority: z.string().nullable() }).nullable(),
});
export type Entry = z.infer<typeof Entry>;

export const EntryDetail = Entry.extend({
  /** The leaf as it stands: canonical JSON. */
  json: z.string(),
  /** Inclusion proof as a C2SP `.tlog-proof`; null for an entry of before a fork. */
  proof: z.string().nullable(),
});

export const ledgerRoutes = {
  listEntries: route({
    method: 'GET',
    path: '/dta/ledger',
    summary: 'Entries, newest first',
    query: z.object({ before: z.coerce.number<number>().int().optional(), limit: limit(100, 1_000), dataset: z.string().optional() }),
    reply: page(Entry),
    problems: ['LAKE_NONE', 'DATASET_UNKNOWN'],
    scopes: ['audit:read'],
  }),
  getEntry: route({ method: 'GET', path: '/dta/ledger/{seq}', summary: 'An entry and its proof', params: z.object({ seq: z.coerce.number<number>().int().min(0) }), reply: EntryDetail, problems: ['LAKE_NONE', 'ENTRY_UNKNOWN'], scopes: ['audit:read'] }),
} as const;
