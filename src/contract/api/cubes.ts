import { z } from 'zod';
import { Instant, Sha256 } from '../ids.ts';
import { TableName } from '../tables.ts';
import { JobBegun } from './jobs.ts';
import { route } from './route.ts';

/** Cubes: tables whose rows come from SQL over other tables. Their rows are read by questions. */

export const Cube = z.object({
  name: TableName,
  description: z.string().nullable(),
  /** When it is refreshed by itself. */
  refresh: z.enum(['on_change', 'nightly', 'by_hand']),
  sql: z.string(),
  window: z.object({ column: z.string(), days: z.int() }).nullable(),
  partition: z.array(z.string()),
  /** Of the definition. */
  sha256: Sha256,
  defined: Instant,
  /** Null before the first refresh. */
  version: z.int().nullable(),
  rows: z.int().nullable(),
  /** The moment that the newest version is of: where its window ends. */
  instant: Instant.nullable(),
  /** The versions that it was made from. */
  sources: z.array(z.object({ name: TableName, version: z.int() })),
});
export type Cube = z.infer<typeof Cube>;

const params = z.object({ cube: z.string() });

export const cubeRoutes = {
  listCubes: route({ method: 'GET', path: '/dta/cubes', summary: 'The cubes, by name', reply: z.object({ cubes: z.array(Cube) }), problems: ['LAKE_NONE'], scopes: ['query:read'] }),
  getCube: route({ method: 'GET', path: '/dta/cubes/{cube}', summary: 'A cube: its definition, and what its newest version was made from', params, reply: Cube, problems: ['LAKE_NONE', 'CUBE_UNKNOWN'], scopes: ['query:read'] }),
  defineCube: route({
    method: 'POST',
    path: '/dta/cubes',
    summary: 'Puts the definition of a cube into the ledger; its rows come with the first refresh',
    body: z.object({ /** The YAML document, kept letter for letter. */ definition: z.string().min(1) }),
    reply: Cube,
    status: 201,
    problems: ['LAKE_NONE', 'CUBE_INVALID', 'CUBE_REFUSED', 'NAME_TAKEN', 'QUERY_REFUSED'],
  }),
  refreshCube: route({
    method: 'POST',
    path: '/dta/cubes/{cube}/refresh',
    summary: 'Makes the rows of a cube anew, as its next version',
    params,
    body: z.object({ /** Where its window ends; now where it is left out. */ asOf: z.string().min(1).optional(), /** All rows, also where a part would do. */ full: z.boolean().default(false) }),
    reply: JobBegun,
    status: 202,
    problems: ['LAKE_NONE', 'CUBE_UNKNOWN', 'CUBE_REFUSED', 'QUERY_REFUSED'],
    scopes: ['raw:write'],
  }),
} as const;
