import { z } from 'zod';
import { Instant } from '../ids.ts';
import { Problem } from './problem.ts';
import { limit, route } from './route.ts';

/** Questions in SQL. One is begun, goes on by itself, and its result stands still until it is let go of: pages of it never change. */

export const queryStates = ['preparing', 'running', 'done', 'failed', 'cancelled'] as const;

/** A table that a question reads, and the state of it. */
export const QueryRelation = z.object({
  /** As it is written there: `versions`, `dataset('WF-2024-07:v1', 'sensorA.csv')`. */
  name: z.string(),
  /** `WF-2024-07:v1`; of tables of the catalog `entry 41`. */
  version: z.string(),
  instant: Instant,
  /** What was asked for: nothing (the newest), an instant in the text, the question's own `asOf`, or a version. */
  asked: z.enum(['now', 'instant', 'default', 'version']),
  /** The instant that was asked for, where it has not come yet: the newest state was read, and `instant` is the moment of the question. */
  ahead: Instant.optional(),
});

export const QueryColumn = z.object({
  name: z.string(),
  /** As DuckDB names it: `VARCHAR`, `DECIMAL(18,3)`. */
  type: z.string(),
});

export const Query = z.object({
  id: z.string(),
  sql: z.string(),
  state: z.enum(queryStates),
  started: Instant,
  ended: Instant.nullable(),
  /** 0 to 1; null while it cannot be told. */
  share: z.number().nullable(),
  /** In the order of their places in the text; known once it is running. */
  relations: z.array(QueryRelation),
  /** Null before it is done. */
  columns: z.array(QueryColumn).nullable(),
  rows: z.int().nullable(),
  /** Why it failed; `facts.position` is the place in the text in UTF-16 units, `facts.line` and `facts.column` count from 1. */
  problem: Problem.nullable(),
});
export type Query = z.infer<typeof Query>;

/** Integers of more than 32 bits and decimals are texts, so that no digit is lost; lists, structs and maps are JSON in a text. */
export const QueryCell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const QueryStatistics = QueryColumn.extend({
  nulls: z.int(),
  /** About how many different values there are. */
  distinct: z.int(),
  /** As texts; null where there is no value, or the type has no order. */
  min: z.string().nullable(),
  max: z.string().nullable(),
  mean: z.string().nullable(),
  median: z.string().nullable(),
});

const params = z.object({ query: z.string() });
const problems = ['QUERY_UNKNOWN', 'QUERY_FAILED'] as const;

export const queryRoutes = {
  startQuery: route({
    method: 'POST',
    path: '/dta/queries',
    summary: 'Begins a question: one SELECT over the catalog and files of versions, as they are or as they were',
    body: z.object({
      sql: z.string().min(1),
      /** The instant of every table for which the text says none; without an offset it is time of the office. */
      asOf: z.string().min(1).optional(),
      /** Values of `$1`, `$2` … or of `$name`. */
      parameters: z.union([z.array(QueryCell), z.record(z.string().regex(/^\w+$/), QueryCell)]).default([]),
    }),
    reply: Query,
    status: 202,
    problems: ['LAKE_NONE', 'QUERY_REFUSED'],
    scopes: ['query:read'],
  }),
  listQueries: route({ method: 'GET', path: '/dta/queries', summary: 'Questions that are at work or whose results are kept, newest first', reply: z.object({ queries: z.array(Query) }) }),
  getQuery: route({ method: 'GET', path: '/dta/queries/{query}', summary: 'A question: how far it is, and which versions it reads', params, reply: Query, problems: ['QUERY_UNKNOWN'], scopes: ['query:read'] }),
  queryRows: route({
    method: 'GET',
    path: '/dta/queries/{query}/rows',
    summary: 'Rows of a result by their numbers, from 0; a page ends early where rows are long',
    params,
    query: z.object({ from: z.coerce.number<number>().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0), limit: limit(100, 1_000) }),
    reply: z.object({
      from: z.int(),
      rows: z.array(z.array(QueryCell)),
      /** Rows of the whole result. */
      total: z.int(),
      /** Number to go on from; null behind the last row. */
      next: z.int().nullable(),
      /** Cells of which only the first 65,536 UTF-16 units are given. */
      cut: z.int(),
    }),
    problems,
    scopes: ['query:read'],
  }),
  queryStatistics: route({ method: 'GET', path: '/dta/queries/{query}/statistics', summary: 'What is known of the values of each column of a result', params, reply: z.object({ columns: z.array(QueryStatistics) }), problems, scopes: ['query:read'] }),
  queryResult: route({
    method: 'GET',
    path: '/dta/queries/{query}/result',
    summary: 'The whole result as a file',
    params,
    query: z.object({ format: z.enum(['csv', 'json', 'ndjson', 'parquet']).default('csv') }),
    reply: 'bytes',
    problems,
    scopes: ['query:read'],
  }),
  cancelQuery: route({ method: 'DELETE', path: '/dta/queries/{query}', summary: 'Stops a question that is at work: answered when it has stopped. Lets go of the result of one that has ended', params, reply: Query, problems: ['QUERY_UNKNOWN'], scopes: ['query:read'] }),
} as const;
