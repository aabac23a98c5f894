import { z } from 'zod';
import { Instant, KeyId } from '../ids.ts';
import { JobBegun } from './jobs.ts';
import { route } from './route.ts';

/** Packages that leave the lake. */

const what = z.object({
  /** `WF-2024-07:v1`, `:tag` … */
  refs: z.array(z.string()).min(1),
  /** Only files whose names match one of these. */
  patterns: z.array(z.string()).min(1).optional(),
  /** An officer's key of this account; the workstation signs where it is left out. */
  officer: z.object({ id: KeyId, passphrase: z.string() }).optional(),
});
const problems = ['LAKE_NONE', 'DATASET_UNKNOWN', 'VERSION_UNKNOWN', 'KEY_UNKNOWN', 'KEY_REFUSED'] as const;

export const exportRoutes = {
  exportToFetch: route({ method: 'POST', path: '/dta/exports', summary: 'Makes a package (zip) that can then be fetched', body: what.extend({ name: z.string().min(1).max(120) }), reply: JobBegun, status: 202, problems, scopes: ['export:read'] }),
  fetchExport: route({ method: 'GET', path: '/dta/exports/{job}/package', summary: 'Bytes of a package that was made to be fetched', params: z.object({ job: z.string() }), reply: 'bytes', problems: ['JOB_UNKNOWN', 'RANGE_OUTSIDE'], scopes: ['export:read'] }),
  exportToPath: route({
    method: 'POST',
    path: '/dta/local/exports',
    summary: 'Makes a package at a place of this computer',
    body: what.extend({ target: z.string().min(1), form: z.enum(['zip', 'dir']).default('zip'), replace: z.boolean().default(false) }),
    reply: JobBegun,
    status: 202,
    problems: [...problems, 'TARGET_EXISTS'],
    local: true,
  }),
  /** A browser's own download sends no token: it is given an address that works for 5 minutes. */
  makeLink: route({
    method: 'POST',
    path: '/dta/links',
    summary: 'An address, good for five minutes, of a route that answers bytes',
    body: z.object({
      /** Path and query of the route: `/dta/exports/…/package`. */
      path: z.string().startsWith('/dta/'),
      /** Name that the browser saves it under. */
      name: z.string().min(1),
    }),
    reply: z.object({ url: z.string(), until: Instant }),
    problems: ['REQUEST_INVALID'],
  }),
  followLink: route({ method: 'GET', path: '/dta/links/{secret}', summary: 'What such an address answers; it needs no token', params: z.object({ secret: z.string() }), reply: 'bytes', problems: ['LINK_EXPIRED', 'RANGE_OUTSIDE'], open: true }),
} as const;
