import { cubeRoutes } from './cubes.ts';
import { datasetRoutes } from './datasets.ts';
import { draftRoutes } from './drafts.ts';
import { eventRoutes } from './events.ts';
import { exportRoutes } from './exports.ts';
import { publicationRoutes } from './publications.ts';
import { intakeRoutes } from './intakes.ts';
import { jobRoutes } from './jobs.ts';
import { lakeRoutes } from './lakes.ts';
import { ledgerRoutes } from './ledger.ts';
import { presenceRoutes } from './presence.ts';
import { rawRoutes } from './raw.ts';
import { queryRoutes } from './queries.ts';
import { tableRoutes } from './tables.ts';
import { transformRoutes } from './transforms.ts';
import { verificationRoutes } from './verifications.ts';

export * from './screens.ts';
export * from './cubes.ts';
export * from './publications.ts';
export * from './raw.ts';
export * from './queries.ts';
export * from './tables.ts';
export * from './transforms.ts';

/** Every route of the door, by the name that callers and handlers use. */
export const routes = {
  ...lakeRoutes,
  ...datasetRoutes,
  ...draftRoutes,
  ...intakeRoutes,
  ...exportRoutes,
  ...publicationRoutes,
  ...verificationRoutes,
  ...rawRoutes,
  ...tableRoutes,
  ...transformRoutes,
  ...queryRoutes,
  ...cubeRoutes,
  ...ledgerRoutes,
  ...presenceRoutes,
  ...jobRoutes,
  ...eventRoutes,
} as const;
export type RouteName = keyof typeof routes;
