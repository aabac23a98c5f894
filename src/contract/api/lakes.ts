import { z } from 'zod';
import { Instant, KeyId, LakeId, Sha256 } from '../ids.ts';
import { JobBegun } from './jobs.ts';
import { Problem } from './problem.ts';
import { route } from './route.ts';

/** The lake that is open, and those that can be opened. One is open at a time. */

/** The program, for screens and for whoever reports a fault. */
export const About = z.object({
  product: z.literal('HMS-DTA'),
  version: z.string(),
  /** Who runs it, as the lake's bodies will say. */
  account: z.string(),
  station: z.object({ name: z.string(), id: KeyId }).nullable(),
  /** Whether routes marked `local` are answered. */
  localPaths: z.boolean(),
  /** Where lakes are made by name; null where paths are chosen instead. */
  home: z.string().nullable(),
  /** The lake that is open; null where there is none. */
  lake: LakeId.nullable(),
});
export type About = z.infer<typeof About>;

/** A lake that this account has opened before, or that stands in its folder of lakes. */
export const KnownLake = z.object({
  /** What opens it: `POST /dta/lakes/{key}/open`. */
  key: z.string(),
  name: z.string(),
  folder: z.string(),
  sample: z.boolean(),
  /** When this account had it open last; null for never. */
  opened: Instant.nullable(),
  /** False where its folder is not there now (a share that is away): then it is opened from the catalog that this workstation keeps of it. */
  present: z.boolean(),
});
export type KnownLake = z.infer<typeof KnownLake>;

export const LakeState = z.object({
  id: LakeId,
  /** Name of its folder. */
  name: z.string(),
  folder: z.string(),
  /** The office's time zone: all instants are shown in it. */
  zone: z.string(),
  created: Instant,
  sample: z.boolean(),
  /** Why it cannot be written from here; null where it can. */
  readOnly: Problem.nullable(),
  /** Its disk or share does not answer: what is shown is as of `ledger.checked`, and nothing can be written until it answers again. Null where it is there. */
  away: z.object({ since: Instant, problem: Problem }).nullable(),
  /** How this workstation asks to be enrolled, where it is not: read the fingerprint aloud. */
  enrolment: z.object({ id16: z.string(), fingerprint: z.string() }).nullable(),
  station: z.object({ id: KeyId, name: z.string() }).nullable(),
  ledger: z.object({
    size: z.int(),
    /** Root of the Merkle tree, base64 as in a checkpoint. */
    root: z.string(),
    /** When its newest entry was made. */
    at: Instant.nullable(),
    /** When this station last replayed it to its end. */
    checked: Instant,
    /** Entries that count and have no effect: an alarm. */
    alarms: z.int(),
  }),
  totals: z.object({ datasets: z.int(), versions: z.int(), files: z.int(), bytes: z.int() }),
  /** What an earlier interruption had left and was finished at opening, as names of versions. */
  recovered: z.object({ placed: z.array(z.string()), lost: z.array(z.string()) }),
});
export type LakeState = z.infer<typeof LakeState>;

const Zone = z.string().min(1).max(64);
const Folder = z.string().min(1);
export const LakeName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u, 'must be 1 to 64 letters, digits, spaces, dots, dashes or underscores, and start with a letter or digit')
  .refine((name) => !/[. ]$/.test(name), 'must not end in a dot or a space')
  .refine((name) => !/^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i.test(name), 'is a name that Windows reserves');

export const lakeRoutes = {
  about: route({ method: 'GET', path: '/dta/about', summary: 'The program, its account and its workstation', reply: About }),
  listLakes: route({ method: 'GET', path: '/dta/lakes', summary: 'Lakes that can be opened, the last opened first', reply: z.object({ lakes: z.array(KnownLake) }) }),
  createLake: route({
    method: 'POST',
    path: '/dta/lakes',
    summary: "Makes a lake in the account's folder of lakes, and opens it",
    body: z.object({ name: LakeName, zone: Zone }),
    reply: LakeState,
    status: 201,
    problems: ['ALREADY_A_LAKE', 'NO_SPACE', 'NO_PERMISSION', 'PLACE_UNSAFE'],
  }),
  makeSample: route({ method: 'POST', path: '/dta/lakes/sample', summary: 'Makes a lake with sample records, and opens it', reply: JobBegun, status: 202 }),
  openLake: route({
    method: 'POST',
    path: '/dta/lakes/{key}/open',
    summary: 'Opens a lake that is known here, and closes the one that was open; one that is away, from the catalog that this workstation keeps of it',
    params: z.object({ key: z.string() }),
    reply: LakeState,
    problems: ['LAKE_UNKNOWN', 'NOT_A_LAKE', 'PLACE_AWAY', 'LEDGER_DAMAGED', 'JOB_REFUSED'],
  }),
  forgetLake: route({
    method: 'DELETE',
    path: '/dta/lakes/{key}',
    summary: 'Takes a lake off the list; the lake is not touched',
    params: z.object({ key: z.string() }),
    reply: 'nothing',
    problems: ['LAKE_UNKNOWN'],
  }),
  getLake: route({ method: 'GET', path: '/dta/lake', summary: 'The lake that is open', reply: LakeState, problems: ['LAKE_NONE'] }),
  lakePlace: route({
    method: 'GET',
    path: '/dta/lake/place',
    summary: 'What the disk or share of the open lake means for who works there, in words',
    reply: z.object({
      words: z.string(),
      /** Whether several workstations may write at the same time; null where that was not tried from here. */
      several: z.boolean().nullable(),
    }),
    problems: ['LAKE_NONE'],
  }),
  closeLake: route({ method: 'DELETE', path: '/dta/lake', summary: 'Closes the lake; refused while a job works on it', reply: 'nothing', problems: ['JOB_REFUSED'] }),
  createLakeAt: route({
    method: 'POST',
    path: '/dta/local/lakes',
    summary: 'Makes a lake in a folder of this computer, and opens it',
    body: z.object({ folder: Folder, zone: Zone }),
    reply: LakeState,
    status: 201,
    problems: ['ALREADY_A_LAKE', 'NO_SPACE', 'NO_PERMISSION', 'PLACE_UNSAFE'],
    local: true,
  }),
  openLakeAt: route({
    method: 'POST',
    path: '/dta/local/open',
    summary: 'Opens the lake in a folder of this computer',
    body: z.object({ folder: Folder }),
    reply: LakeState,
    problems: ['NOT_A_LAKE', 'PLACE_AWAY', 'LEDGER_DAMAGED', 'JOB_REFUSED'],
    local: true,
  }),
  rebuildCatalog: route({ method: 'POST', path: '/dta/lake/rebuild', summary: 'Builds the catalog anew from the lake', reply: JobBegun, status: 202, problems: ['LAKE_NONE', 'JOB_REFUSED'] }),
  acceptClock: route({
    method: 'POST',
    path: '/dta/lake/clock',
    summary: "Accepts this workstation's clock although it differs from the file server's or the ledger's",
    body: z.object({ reason: z.string().min(1) }),
    reply: z.object({ offset: z.number() }),
    problems: ['LAKE_NONE'],
  }),
  listKeys: route({
    method: 'GET',
    path: '/dta/keys',
    summary: 'Workstations and officers whose keys the ledger knows',
    reply: z.object({
      keys: z.array(z.object({ id: KeyId, role: z.string(), name: z.string().nullable(), revoked: z.boolean(), enrolled: Instant.nullable(), here: z.boolean() })),
      /** Workstations that ask to be enrolled. */
      requests: z.array(z.object({ id16: z.string(), name: z.string(), fingerprint: z.string() })),
    }),
    problems: ['LAKE_NONE'],
  }),
  enrollStation: route({
    method: 'POST',
    path: '/dta/keys/stations',
    summary: 'Enrols a workstation that asks for it; its fingerprint was read aloud and compared',
    body: z.object({ id16: z.string(), fingerprint: z.string() }),
    reply: z.object({ id: KeyId, name: z.string() }),
    status: 201,
    problems: ['LAKE_NONE', 'KEY_UNKNOWN', 'KEY_REFUSED'],
  }),
  revokeStation: route({
    method: 'POST',
    path: '/dta/keys/stations/{id16}/revoke',
    summary: "Revokes a workstation's key",
    params: z.object({ id16: z.string() }),
    body: z.object({ reason: z.string().min(1) }),
    reply: z.object({ id: KeyId }),
    problems: ['LAKE_NONE', 'KEY_UNKNOWN', 'KEY_REFUSED'],
  }),
  officers: route({
    method: 'GET',
    path: '/dta/keys/officers',
    summary: "Officers' keys that this account holds",
    reply: z.object({ officers: z.array(z.object({ id: KeyId, name: z.string(), fingerprint: Sha256, enrolled: z.boolean() })) }),
  }),
} as const;
