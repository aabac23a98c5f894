import { z } from 'zod';
import { JobBegun } from './jobs.ts';
import { route } from './route.ts';

/** The tables at one instant as a DuckDB file: docs/operations/query.md. */

const what = z.object({
  /** The state of the tables: ISO, or the office's time where it has no offset; now where it is left out. */
  asOf: z.string().min(1).max(100).optional(),
});

export const publicationRoutes = {
  publish: route({ method: 'POST', path: '/dta/publications', summary: 'Makes a DuckDB file of all tables at one instant, which can then be fetched for a day', body: what, reply: JobBegun, status: 202, problems: ['LAKE_NONE', 'USAGE'], scopes: ['query:read'] }),
  fetchPublication: route({ method: 'GET', path: '/dta/publications/{job}/file', summary: 'Bytes of such a file', params: z.object({ job: z.string() }), reply: 'bytes', problems: ['JOB_UNKNOWN', 'RANGE_OUTSIDE'], scopes: ['query:read'] }),
  publishToPath: route({
    method: 'POST',
    path: '/dta/local/publications',
    summary: 'Makes a DuckDB file of all tables at one instant at a place of this computer',
    body: what.extend({ target: z.string().min(1), replace: z.boolean().default(false) }),
    reply: JobBegun,
    status: 202,
    problems: ['LAKE_NONE', 'USAGE'],
    local: true,
  }),
} as const;
