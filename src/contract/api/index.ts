import { cubeRoutes } from './cubes.ts';
import { publicationRoutes } from './publications.ts';
import { queryRoutes } from './queries.ts';
import { rawRoutes } from './raw.ts';
import { routes as screenRoutes } from './screens.ts';
import { tableRoutes } from './tables.ts';
import { transformRoutes } from './transforms.ts';

export * from './screens.ts';
export * from './cubes.ts';
export * from './publications.ts';
export * from './raw.ts';
export * from './queries.ts';
export * from './tables.ts';
export * from './transforms.ts';

/** Every route of the door, by the name that callers and handlers use. */
export const routes = {
  ...screenRoutes,
  ...rawRoutes,
  ...tableRoutes,
  ...transformRoutes,
  ...queryRoutes,
  ...cubeRoutes,
  ...publicationRoutes,
} as const;
export type RouteName = keyof typeof routes;
