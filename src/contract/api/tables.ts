import { z } from 'zod';
import { Instant, ProgramId, Sha256 } from '../ids.ts';
import { route } from './route.ts';

/** Tables of the warehouse. Programs that normalize by themselves post their rows; what is in a table is asked by `/dta/queries`. */

export const TableRow = z.object({
  name: z.string(),
  /** The newest. */
  version: z.int(),
  at: Instant,
  /** Null where the ledger's words for it are damaged. */
  rows: z.int().nullable(),
  files: z.int().nullable(),
  bytes: z.int().nullable(),
  /** The contract of its newest rows, by the SHA-256 of its text. */
  contract: z.object({ name: z.string(), sha256: Sha256 }).nullable(),
});
export type TableRow = z.infer<typeof TableRow>;

export const TableDetail = TableRow.extend({
  columns: z.array(z.object({ name: z.string(), type: z.string(), nullable: z.boolean(), comment: z.string().nullable() })),
  partitioned_by: z.array(z.string()),
});
export type TableDetail = z.infer<typeof TableDetail>;

export const RowsInserted = z.object({ table: z.string(), version: z.int(), rows: z.int() });
export type RowsInserted = z.infer<typeof RowsInserted>;

/** Media types of rows, and the format that each is. */
export const rowTypes = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ndjson': 'ndjson',
  'application/vnd.apache.parquet': 'parquet',
} as const;

const params = z.object({ name: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be the name of a table') });
const unknown = ['LAKE_NONE', 'TABLE_UNKNOWN', 'TABLE_DAMAGED'] as const;

export const tableRoutes = {
  listTables: route({ method: 'GET', path: '/dta/tables', summary: 'The tables, by name', reply: z.object({ items: z.array(TableRow) }), problems: ['LAKE_NONE'], scopes: ['query:read'] }),
  getTable: route({ method: 'GET', path: '/dta/tables/{name}', summary: 'A table and its columns', params, reply: TableDetail, problems: [...unknown], scopes: ['query:read'] }),
  insertRows: route({
    method: 'POST',
    path: '/dta/tables/{name}/rows',
    summary: 'Checks rows against the contract of the table, masks and inserts them, all or none. They may be packed with gzip (Content-Encoding: gzip)',
    params,
    query: z.object({
      /** Raw drops that the rows were made from: `881` or `881,882`. */
      inputs: z.string().regex(/^\d{1,9}(,\d{1,9}){0,39}$/, 'must be one raw_id or several, with commas between them').optional(),
      /** Left out: that of the drops. */
      program_id: z.coerce.number<number>().pipe(ProgramId).optional(),
    }),
    sends: Object.keys(rowTypes),
    reply: RowsInserted,
    status: 201,
    problems: [...unknown, 'CONTRACT_UNKNOWN', 'RAW_UNKNOWN', 'CONTENT_REFUSED', 'TABLE_REFUSED', 'TABLE_FOREIGN', 'SECRET_MISSING', 'MEDIA_REFUSED', 'REQUEST_TOO_LARGE', 'NO_SPACE', 'NOT_ENROLLED', 'LAKE_READ_ONLY'],
    scopes: ['raw:write'],
  }),
} as const;
