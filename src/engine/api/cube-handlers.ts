import type { Cube, cubeRoutes } from '../../contract/api/index.ts';
import { defineCube } from '../cube-defining.ts';
import { refreshCube } from '../cube-refreshing.ts';
import { cubeIn, cubeOf, lastRefresh } from '../known-cube.ts';
import type { Cube as DefinedCube } from '../known-cube.ts';
import type { ReadableLake } from '../access.ts';
import type { Doc, HandlersOf } from './handler.ts';
import type { Services } from './services.ts';

/** Cubes: defined, shown, refreshed. */
export function cubeHandlers({ desk, jobs, processes }: Services): HandlersOf<typeof cubeRoutes> {
  return {
    listCubes: () => desk.reading((lake) => ({ cubes: lake.catalog.cubes().map((row) => cubeDoc(lake, cubeIn(row))) })),
    getCube: ({ params: { cube } }) => desk.reading((lake) => cubeDoc(lake, cubeOf(lake, cube))),
    defineCube: ({ body: { definition }, signal }) =>
      desk.writing(async (lake) => {
        const { name } = await defineCube(lake, Buffer.from(definition), { signal, processes });
        return cubeDoc(lake, cubeOf(lake, name));
      }),
    refreshCube: async ({ params: { cube }, body: { asOf, full } }) => {
      const { lake, name } = await desk.needing((opened) => {
        if (opened.readOnly !== null) throw opened.readOnly;
        return { lake: opened.lake.id, name: cubeOf(opened, cube).plan.name };
      });
      return {
        job: jobs.begin({
          kind: 'refresh',
          title: `Refreshing the cube ${name}`,
          lake,
          subject: null,
          alone: `cube ${lake} ${name}`,
          // A refresh that was done already finds that nothing is left to do.
          afterAway: () => true,
          work: ({ signal, onProgress }) =>
            desk.writing(async (writable) => {
              const { version, isNew, how, rows } = await refreshCube(writable, name, { signal, onProgress, processes, full, asOf: asOf ?? null });
              return { kind: 'refresh', cube: name, version: version.version, isNew, how, rows };
            }, lake),
        }),
      };
    },
  };
}

function cubeDoc(lake: ReadableLake, { row, plan }: DefinedCube): Doc<Cube> {
  const version = lake.catalog.tables.version(plan.name, null);
  const last = lastRefresh(lake, version);
  return {
    name: plan.name,
    description: plan.description,
    refresh: plan.refresh,
    sql: plan.sql,
    window: plan.window,
    partition: [...plan.partition],
    sha256: row.hash,
    defined: row.at,
    version: version?.version ?? null,
    rows: version?.totals?.rows ?? null,
    instant: last?.instant ?? null,
    sources: last?.sources.map(({ name, version: number }) => ({ name, version: number })) ?? [],
  };
}
