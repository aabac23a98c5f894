import { z } from 'zod';
import { JobBegun } from './jobs.ts';
import { route } from './route.ts';

/** Checks of lakes, packages, bags and OCFL objects, by the checker that shares no code with the writers. */

/** PEM certificates of signers that the person trusts. */
const trust = z.array(z.string()).default([]);

export const verificationRoutes = {
  verify: route({
    method: 'POST',
    path: '/dta/verifications',
    summary: 'Checks the open lake, a package that was made here, or one that was uploaded',
    body: z.object({
      of: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('lake') }),
        z.object({ kind: z.literal('export'), job: z.string() }),
        /** Sent to /dta/uploads with the metadata `purpose` = `verify` and `path`, its name. */
        z.object({ kind: z.literal('upload'), upload: z.string() }),
      ]),
      trust,
    }),
    reply: JobBegun,
    status: 202,
    problems: ['LAKE_NONE', 'JOB_UNKNOWN', 'UPLOAD_UNKNOWN'],
    scopes: ['audit:read'],
  }),
  verifyPath: route({ method: 'POST', path: '/dta/local/verifications', summary: 'Checks whatever stands at a path of this computer', body: z.object({ path: z.string().min(1), trust }), reply: JobBegun, status: 202, local: true }),
} as const;
