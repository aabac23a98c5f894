import { z } from 'zod';
import { Instant, LogicalPath, Sha256 } from '../ids.ts';

/** What jobs have made or found, as they tell it when they are done. */

export const IntakeReport = z.object({
  /** Files that were staged, and their bytes. */
  files: z.int(),
  bytes: z.int(),
  /** In the version before, with the same bytes. */
  unchanged: z.int(),
  /** In the draft already. */
  resumed: z.int(),
  notes: z.object({
    emptyFolders: z.array(z.string()),
    symlinks: z.array(z.object({ path: z.string(), target: z.string() })),
    special: z.array(z.object({ path: z.string(), kind: z.string() })),
    counts: z.object({ emptyFolders: z.int(), symlinks: z.int(), special: z.int() }),
  }),
  /** Files that were not taken, and why; at most 1,000 of `problemCount`. */
  problems: z.array(z.object({ code: z.string(), source: z.string(), path: LogicalPath.nullable(), message: z.string() })),
  problemCount: z.int(),
});
export type IntakeReport = z.infer<typeof IntakeReport>;

/** A package that left the lake. */
export const Exported = z.object({
  /** Name of the package. */
  name: z.string(),
  form: z.enum(['zip', 'dir']),
  /** Where it stands on this computer, in the desktop window; null where it is fetched. */
  path: z.string().nullable(),
  /** Octets of the package, and of the records in it. */
  bytes: z.int(),
  payload: z.object({ files: z.int(), octets: z.int() }),
  /** SHA-256 of tagmanifest-sha256.txt, which the signature covers. */
  tagmanifest: Sha256,
  /** Versions in it. */
  refs: z.array(z.string()),
  signedBy: z.object({ kind: z.enum(['station', 'officer']), name: z.string() }),
  /** The ledger tells of it. */
  recorded: z.boolean(),
  /** The ledger carries the officer's own signature on it. */
  actSigned: z.boolean(),
  /** Until when it can be fetched; null where it stands at `path`. */
  until: Instant.nullable(),
});
export type Exported = z.infer<typeof Exported>;

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

/** A DuckDB file that was made. */
export const PublishedFile = z.object({
  /** Where it stands on this computer, in the desktop window; null where it is fetched. */
  path: z.string().nullable(),
  bytes: z.int(),
  asOf: Instant,
  tables: z.array(z.object({ table: z.string(), version: z.int(), committed: Instant, rows: z.int() })),
  /** Tables that were not there yet at that instant. */
  later: z.array(z.string()),
});
export type PublishedFile = z.infer<typeof PublishedFile>;
