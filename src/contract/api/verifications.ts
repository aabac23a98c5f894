import { z } from 'zod';
import { Instant } from '../ids.ts';
import { JobBegun } from './jobs.ts';
import { route } from './route.ts';

/** Checks of lakes, packages, bags and OCFL objects, by the checker that shares no code with the writers. */

export const Finding = z.object({ code: z.string(), severity: z.enum(['error', 'warning', 'note']), path: z.string(), message: z.string() });

const answer = <const T extends readonly [string, ...string[]]>(values: T) => z.object({ answer: z.enum(values), sentence: z.string() });

export const VerifyReport = z.object({
  kind: z.enum(['lake', 'package', 'bag', 'ocfl-object', 'ocfl-storage-root']),
  /** What was checked, as a person named it. */
  subject: z.string(),
  summary: z.string(),
  clean: z.boolean(),
  /** At most 1,000 of `findingCount`, errors first. */
  findings: z.array(Finding),
  findingCount: z.int(),
  checked: z.object({ files: z.int(), bytes: z.int(), entries: z.int(), datasets: z.int(), versions: z.int(), objects: z.int().nullable() }),
  /** Of a package only: four questions that are never folded into one. */
  answers: z
    .object({
      unchanged: answer(['yes', 'no']),
      signedBy: answer(['station', 'officer', 'nobody']).extend({ name: z.string().nullable(), fingerprint: z.string().nullable() }),
      trusted: answer(['yes', 'no', 'not asked']),
      when: z.object({ at: Instant.nullable(), sentence: z.string() }),
    })
    .nullable(),
});
export type VerifyReport = z.infer<typeof VerifyReport>;

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
  }),
  verifyPath: route({ method: 'POST', path: '/dta/local/verifications', summary: 'Checks whatever stands at a path of this computer', body: z.object({ path: z.string().min(1), trust }), reply: JobBegun, status: 202, local: true }),
} as const;
