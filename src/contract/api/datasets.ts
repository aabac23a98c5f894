import { z } from 'zod';
import { Description, Imported, Lineage } from '../body.ts';
import { DatasetId, Instant, LogicalPath, Sha256, Tag, TxnId } from '../ids.ts';
import { limit, page, route } from './route.ts';

/** Datasets, versions and their files. */

/** Why something is not in use any more. */
const Ended = z.object({ at: Instant, reason: z.string().nullable() });
/** Under what authority words were destroyed. */
const Destroyed = z.object({ at: Instant, authority: z.string().nullable() });

/** A version. What only a destroyed body said is null. */
export const Version = z.object({
  /** `WF-2024-07:v1`. */
  ref: z.string(),
  dataset: DatasetId,
  version: z.int(),
  at: Instant,
  /** SHA-256 of its OCFL inventory. */
  hash: Sha256,
  message: z.string().nullable(),
  tags: z.array(Tag),
  files: z.int().nullable(),
  bytes: z.int().nullable(),
  /** Number of its ledger entry. */
  seq: z.int(),
  txn: TxnId,
  transform: z.string().nullable(),
  lineage: Lineage.nullable(),
  imported: Imported.nullable(),
  withdrawn: Ended.nullable(),
  voided: Ended.nullable(),
  destroyed: Destroyed.nullable(),
  /** Its files are in their place. */
  placed: z.boolean(),
  /** Whose key signed its commit. */
  by: z.object({ key: z.string(), role: z.string(), name: z.string() }).nullable(),
});
export type Version = z.infer<typeof Version>;

export const DatasetRow = z.object({
  id: DatasetId,
  createdAt: Instant,
  aliases: z.array(DatasetId),
  /** Dublin Core title, where a description has one. */
  title: z.string().nullable(),
  versions: z.int(),
  newest: Version.nullable(),
  /** `raw`: kept apart, with permissions of its own. */
  root: z.string().nullable(),
  /** Changes in this account's draft; null where there is none. */
  draft: z.int().nullable(),
});
export type DatasetRow = z.infer<typeof DatasetRow>;

export const ExportRow = z.object({ seq: z.int(), at: Instant, version: z.int(), name: z.string().nullable(), bytes: z.int().nullable(), payload: z.object({ files: z.int(), octets: z.int() }).nullable(), signer: z.string().nullable() });

export const Dataset = DatasetRow.extend({
  description: Description.nullable(),
  exports: z.array(ExportRow),
});
export type Dataset = z.infer<typeof Dataset>;

export const FileRow = z.object({
  path: LogicalPath,
  /** Last part of the path. */
  name: z.string(),
  size: z.int(),
  sha256: Sha256,
  mtime: Instant.nullable(),
  /** The version that brought these bytes to this path. */
  since: z.int(),
});
export type FileRow = z.infer<typeof FileRow>;

/** One line of a version's tree: a file, or a folder with its totals. */
export const TreeRow = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string(), name: z.string(), files: z.int(), bytes: z.int() }),
  FileRow.extend({ kind: z.literal('file') }),
]);
export type TreeRow = z.infer<typeof TreeRow>;

export const Difference = z.object({
  kind: z.enum(['added', 'removed', 'replaced', 'renamed']),
  path: LogicalPath,
  from: LogicalPath.nullable(),
  sha256: Sha256,
  size: z.int(),
  before: z.object({ sha256: Sha256, size: z.int() }).nullable(),
});

/** What a version was made from, and what was made from it. */
export const Ancestry = z.object({ version: Version, sources: z.array(Version), derived: z.array(Version) });

const id = z.object({ id: z.string() });
/** `WF-2024-07:v1`, `:tag`, alone, or `@` an instant. */
const ref = z.object({ ref: z.string() });
const after = z.string().default('');
const lakeProblems = ['LAKE_NONE'] as const;
const refProblems = ['LAKE_NONE', 'DATASET_UNKNOWN', 'VERSION_UNKNOWN', 'TAG_UNKNOWN'] as const;

export const datasetRoutes = {
  listDatasets: route({
    method: 'GET',
    path: '/dta/datasets',
    summary: 'Datasets by id, ignoring case',
    query: z.object({ after, limit: limit(100, 1_000), find: z.string().default('') }),
    reply: page(DatasetRow),
    problems: lakeProblems,
  }),
  createDataset: route({
    method: 'POST',
    path: '/dta/datasets',
    summary: 'Makes a dataset without a version; its id is public and for ever',
    body: z.object({ id: DatasetId, tags: z.array(Tag).default([]), description: Description.optional() }),
    reply: Dataset,
    status: 201,
    problems: [...lakeProblems, 'DATASET_EXISTS', 'NAME_TAKEN', 'NAME_INVALID'],
  }),
  getDataset: route({ method: 'GET', path: '/dta/datasets/{id}', summary: 'A dataset, by its id or an alias', params: id, reply: Dataset, problems: [...lakeProblems, 'DATASET_UNKNOWN'] }),
  describeDataset: route({ method: 'PUT', path: '/dta/datasets/{id}/description', summary: 'Puts a description in the place of the one before; that one stays in the ledger', params: id, body: Description, reply: Dataset, problems: [...lakeProblems, 'DATASET_UNKNOWN'] }),
  addAlias: route({ method: 'POST', path: '/dta/datasets/{id}/aliases', summary: 'Gives a dataset another name', params: id, body: z.object({ alias: DatasetId }), reply: Dataset, problems: [...lakeProblems, 'DATASET_UNKNOWN', 'NAME_TAKEN', 'NAME_INVALID'] }),
  listVersions: route({
    method: 'GET',
    path: '/dta/datasets/{id}/versions',
    summary: 'Versions, newest first',
    params: id,
    query: z.object({ below: z.coerce.number<number>().int().min(1).optional(), limit: limit(100, 1_000) }),
    reply: page(Version),
    problems: [...lakeProblems, 'DATASET_UNKNOWN'],
  }),
  getVersion: route({ method: 'GET', path: '/dta/versions/{ref}', summary: 'A version', params: ref, reply: Version, problems: refProblems }),
  ancestry: route({ method: 'GET', path: '/dta/versions/{ref}/ancestry', summary: 'What a version was made from, and what was made from it', params: ref, reply: Ancestry, problems: refProblems }),
  listFiles: route({
    method: 'GET',
    path: '/dta/versions/{ref}/files',
    summary: 'All files of a version by path',
    params: ref,
    query: z.object({ after, limit: limit(500, 5_000), find: z.string().default('') }),
    reply: page(FileRow),
    problems: refProblems,
  }),
  listFolder: route({
    method: 'GET',
    path: '/dta/versions/{ref}/tree',
    summary: 'What stands in one folder of a version: folders first, with their totals, then files',
    params: ref,
    query: z.object({
      /** `a/b/`; empty for the top. */
      under: z.string().default(''),
      after,
      limit: limit(500, 5_000),
    }),
    reply: page(TreeRow),
    problems: refProblems,
  }),
  readFile: route({ method: 'GET', path: '/dta/versions/{ref}/file', summary: 'Bytes of a file', params: ref, query: z.object({ path: z.string() }), reply: 'bytes', problems: [...refProblems, 'FILE_UNKNOWN', 'STORED_DAMAGED', 'RANGE_OUTSIDE'] }),
  compareVersions: route({
    method: 'GET',
    path: '/dta/versions/{ref}/differences',
    summary: 'How a version differs from another of its dataset',
    params: ref,
    query: z.object({
      /** Number of the other; 0 is the empty state before v1. */
      from: z.coerce.number<number>().int().min(0),
      after,
      limit: limit(500, 5_000),
    }),
    reply: page(Difference).extend({ totals: z.object({ added: z.int(), removed: z.int(), replaced: z.int(), renamed: z.int() }) }),
    problems: refProblems,
  }),
  addTag: route({ method: 'PUT', path: '/dta/versions/{ref}/tags/{tag}', summary: 'Puts a tag on a version', params: ref.extend({ tag: z.string() }), reply: Version, problems: [...refProblems, 'TAG_REFUSED', 'NAME_INVALID'] }),
  removeTag: route({ method: 'DELETE', path: '/dta/versions/{ref}/tags/{tag}', summary: 'Takes a tag off a version', params: ref.extend({ tag: z.string() }), reply: Version, problems: refProblems }),
  withdrawVersion: route({ method: 'POST', path: '/dta/versions/{ref}/withdraw', summary: 'Takes a version out of use; its files stay', params: ref, body: z.object({ reason: z.string().min(1) }), reply: Version, problems: [...refProblems, 'ACT_REFUSED'] }),
} as const;
