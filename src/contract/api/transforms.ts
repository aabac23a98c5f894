import { z } from 'zod';
import { DatasetId, LogicalPath, Tag } from '../ids.ts';
import { JobBegun } from './jobs.ts';
import { route } from './route.ts';

/** Recorded steps from versions to a version. */

const over = { files: z.array(LogicalPath).optional() };
const csv = {
  delimiter: z.string().length(1).optional(),
  quote: z.string().length(1).optional(),
  encoding: z.enum(['utf-8', 'windows-1252', 'utf-16le', 'utf-16be']).optional(),
  ragged: z.enum(['refuse', 'fill']).optional(),
};

/** A built-in transform and its parameters. */
export const TransformSpec = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('csv_trim'), columns: z.array(z.string()).min(1), ...over, ...csv }),
  z.strictObject({ name: z.literal('csv_filter'), where: z.string().min(1), ...over, ...csv }),
  z.strictObject({ name: z.literal('csv_to_parquet'), replace: z.boolean().optional(), ...over, ...csv }),
  z.strictObject({ name: z.literal('json_to_csv'), replace: z.boolean().optional(), ...over }),
  z.strictObject({ name: z.literal('sql'), sql: z.string().min(1), as: LogicalPath, ...csv }),
  z.strictObject({
    name: z.literal('redact_text'),
    find: z.union([z.strictObject({ text: z.string().min(1) }), z.strictObject({ pattern: z.string().min(1), ignoreCase: z.boolean().optional() })]),
    mark: z.string().optional(),
    ...over,
  }),
]);

export const transformRoutes = {
  transform: route({
    method: 'POST',
    path: '/dta/transforms',
    summary: 'Makes a version from others by a built-in transform, with its lineage',
    body: z.object({ sources: z.array(z.string()).min(1), spec: TransformSpec, message: z.string().min(1).nullable(), tags: z.array(Tag).default([]), into: DatasetId.optional() }),
    reply: JobBegun,
    status: 202,
    problems: ['LAKE_NONE', 'DATASET_UNKNOWN', 'VERSION_UNKNOWN', 'COLUMN_UNKNOWN', 'CONTENT_REFUSED', 'QUERY_REFUSED', 'DRAFT_OPEN'],
  }),
  importPath: route({
    method: 'POST',
    path: '/dta/local/imports',
    summary: 'Takes a bag or an OCFL object made elsewhere as a dataset, after validation',
    body: z.object({ path: z.string().min(1), as: DatasetId.optional(), message: z.string().min(1).optional() }),
    reply: JobBegun,
    status: 202,
    problems: ['LAKE_NONE', 'DATASET_EXISTS', 'CONTENT_REFUSED'],
    local: true,
  }),
} as const;
