import { z } from 'zod';
import { Instant, ProgramId, Sha256 } from '../ids.ts';
import { limit, page, route } from './route.ts';

/**
 * Raw drops: files as they arrive from other programs. They are posted as a form, or, where they are large, uploaded to `/dta/uploads` by tus 1.0.0 with the metadata
 * `purpose` = `raw` and `path` = the file's name, in one part or several, and then entered.
 */

/**
 * What has become of a drop. `queued_for_etl`: a contract takes it, and its rows will come into a table; `normalized`: they are there; `quarantined`: they do not keep to the
 * contract; `stored`: kept, and nothing more is to be done with it.
 */
export const RawStatus = z.enum(['queued_for_etl', 'normalizing', 'normalized', 'quarantined', 'stored']);
export type RawStatus = z.infer<typeof RawStatus>;

export const RawReceived = z.object({
  /** Number of the drop's entry in the ledger. */
  raw_id: z.int(),
  status: RawStatus,
  /** The program had sent the same bytes before: this is the drop that holds them. */
  duplicate: z.literal(true).optional(),
  /** Of a duplicate that was sent for another contract than counts for the drop: what counts, and what to do. */
  note: z.string().optional(),
});
export type RawReceived = z.infer<typeof RawReceived>;

/** One file is answered by itself, several as a list in their order. */
export const RawAnswer = z.union([RawReceived, z.object({ drops: z.array(RawReceived.extend({ name: z.string() })) })]);
export type RawAnswer = z.infer<typeof RawAnswer>;

/** What only a body says is null where that body was destroyed. */
export const RawDrop = z.object({
  /** Null for a drop from before a fork, which `uuid` names. */
  raw_id: z.int().nullable(),
  uuid: z.string(),
  status: RawStatus,
  program_id: z.int().nullable(),
  /** As its sender called it. */
  name: z.string().nullable(),
  /** By its first bytes. */
  media_type: z.string().nullable(),
  bytes: z.int().nullable(),
  sha256: Sha256.nullable(),
  sender: z.string().nullable(),
  contract: z.string().nullable(),
  received: Instant,
  /** How often the same bytes came again. */
  duplicates: z.int(),
  /** Versions of tables that its rows came into. */
  tables: z.array(z.object({ table: z.string(), version: z.int() })),
});
export type RawDrop = z.infer<typeof RawDrop>;

/** One thing that keeps a drop out of its table. */
export const RawFinding = z.object({
  contract: z.string(),
  /** Null where it is about the file or the whole table. */
  column: z.string().nullable(),
  /** `UNKNOWN_COLUMN` is a column that the contract does not know. */
  kind: z.string(),
  message: z.string(),
  count: z.int(),
  /** The first of them, at most 20. Values of columns that tell of persons are left out. */
  samples: z.array(z.object({ line: z.int(), value: z.string().nullable(), why: z.string().nullable() })),
});

/** A drop with what this workstation found when it was to be normalized. */
export const RawState = RawDrop.extend({
  /** What `line` of a sample counts: `line`, `row` or `object`; null where nothing was found. */
  line_word: z.string().nullable(),
  findings: z.array(RawFinding),
  /** Why it could not be tried to its end. */
  trouble: z.string().nullable(),
  /** Of one that is `stored`: why no contract takes it. Null of every other. */
  why: z.string().nullable(),
});
export type RawState = z.infer<typeof RawState>;

const contract = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be the name of a contract: lower-case letters, digits and underscores');

/** The fields of the form; `file` comes beside them, once or more often. */
export const RawFields = z.object({
  program_id: z
    .string('is missing')
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(ProgramId),
  contract: contract.optional(),
});

const params = z.object({ raw: z.string().regex(/^(\d{1,9}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, 'must be a raw_id or a UUID') });
const refused = ['LAKE_NONE', 'NAME_INVALID', 'NO_SPACE', 'NOT_ENROLLED', 'LAKE_READ_ONLY', 'REQUEST_TOO_LARGE', 'MEDIA_REFUSED'] as const;

export const rawRoutes = {
  receiveRaw: route({
    method: 'POST',
    path: '/dta/raw',
    summary: 'Keeps files as they are, and answers when they stand in the ledger',
    form: { fields: RawFields, files: 'file' },
    reply: RawAnswer,
    problems: refused,
    scopes: ['raw:write'],
  }),
  enterUploads: route({
    method: 'POST',
    path: '/dta/raw/uploads',
    summary: 'The same for files that were uploaded by tus; the parts of a file are joined in the order given',
    body: z.object({ program_id: ProgramId, contract: contract.optional(), files: z.array(z.object({ name: z.string().min(1).max(1_000), parts: z.array(z.string()).min(1).max(10_000) })).min(1).max(1_000) }),
    reply: RawAnswer,
    problems: [...refused, 'UPLOAD_UNKNOWN', 'UPLOAD_REFUSED'],
    scopes: ['raw:write'],
  }),
  listRaw: route({
    method: 'GET',
    path: '/dta/raw',
    summary: 'Raw drops, newest first',
    query: z.object({ program_id: z.coerce.number<number>().int().min(0).optional(), after: z.string().regex(/^\d{1,15}$/).optional(), limit: limit(100, 1_000) }),
    reply: page(RawDrop),
    problems: ['LAKE_NONE'],
    scopes: ['query:read'],
  }),
  getRaw: route({ method: 'GET', path: '/dta/raw/{raw}', summary: 'A raw drop, and what has become of it', params, reply: RawState, problems: ['LAKE_NONE', 'RAW_UNKNOWN'], scopes: ['raw:write', 'query:read'] }),
  retryRaw: route({ method: 'POST', path: '/dta/raw/{raw}/retry', summary: 'Puts a quarantined drop back into the queue; with `contract`, one that is in no table, to be taken by that contract from now on', params, query: z.object({ contract: contract.optional() }), reply: RawState, problems: ['LAKE_NONE', 'RAW_UNKNOWN', 'CONTRACT_UNKNOWN', 'ACT_REFUSED', 'NOT_ENROLLED', 'LAKE_READ_ONLY'], scopes: ['raw:write'] }),
  readRaw: route({ method: 'GET', path: '/dta/raw/{raw}/content', summary: 'The bytes of a raw drop, as they arrived', params, reply: 'bytes', problems: ['LAKE_NONE', 'RAW_UNKNOWN', 'RANGE_OUTSIDE', 'STORED_DAMAGED'], scopes: ['query:read'] }),
} as const;
