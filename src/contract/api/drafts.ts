import { z } from 'zod';
import { DatasetId, Instant, LogicalPath, Sha256, Tag } from '../ids.ts';
import { JobBegun } from './jobs.ts';
import { limit, page, route } from './route.ts';

/** Drafts: an officer's open list of changes to a dataset, files already staged. */

export const Draft = z.object({
  dataset: DatasetId,
  started: Instant,
  /** This account's on this workstation; others can be seen and not touched. */
  mine: z.boolean(),
  account: z.string(),
  /** Number of the version that it starts from; null for a new dataset. */
  base: z.int().nullable(),
  /** Files added or replaced, and their bytes; names taken out. */
  added: z.int(),
  bytes: z.int(),
  removed: z.int(),
  /** Met and by rule not taken. */
  notes: z.object({ symlinks: z.int(), special: z.int(), emptyFolders: z.int() }),
});
export type Draft = z.infer<typeof Draft>;

export const DraftChange = z.object({
  kind: z.enum(['added', 'replaced', 'removed']),
  path: LogicalPath,
  size: z.int().nullable(),
  sha256: Sha256.nullable(),
  mtime: Instant.nullable(),
});
export type DraftChange = z.infer<typeof DraftChange>;

const params = z.object({ dataset: z.string() });
const problems = ['LAKE_NONE', 'DATASET_UNKNOWN', 'DRAFT_NONE', 'DRAFT_BUSY'] as const;

export const draftRoutes = {
  listDrafts: route({ method: 'GET', path: '/dta/drafts', summary: 'Open drafts', reply: z.object({ drafts: z.array(Draft) }), problems: ['LAKE_NONE'] }),
  getDraft: route({ method: 'GET', path: '/dta/drafts/{dataset}', summary: "This account's draft of a dataset", params, reply: Draft, problems }),
  listChanges: route({
    method: 'GET',
    path: '/dta/drafts/{dataset}/changes',
    summary: 'Changes in a draft, by path',
    params,
    query: z.object({ after: z.string().default(''), limit: limit(500, 5_000) }),
    reply: page(DraftChange),
    problems,
  }),
  removeFromDraft: route({ method: 'POST', path: '/dta/drafts/{dataset}/remove', summary: 'Leaves files out of the next version', params, body: z.object({ paths: z.array(LogicalPath).min(1) }), reply: Draft, problems: [...problems, 'FILE_UNKNOWN'] }),
  renameInDraft: route({ method: 'POST', path: '/dta/drafts/{dataset}/rename', summary: 'Gives a file another name in the next version', params, body: z.object({ from: LogicalPath, to: LogicalPath }), reply: Draft, problems: [...problems, 'FILE_UNKNOWN', 'NAME_TAKEN'] }),
  commitDraft: route({
    method: 'POST',
    path: '/dta/drafts/{dataset}/commit',
    summary: 'Commits a draft as the next version',
    params,
    body: z.object({ message: z.string().min(1).nullable(), tags: z.array(Tag).default([]) }),
    reply: JobBegun,
    status: 202,
    problems: [...problems, 'DRAFT_EMPTY', 'DATASET_MOVED'],
  }),
  discardDraft: route({ method: 'DELETE', path: '/dta/drafts/{dataset}', summary: 'Throws a draft away, with the files staged in it', params, reply: JobBegun, status: 202, problems }),
} as const;
