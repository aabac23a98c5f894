import { datasetRoutes } from './datasets.ts';
import { draftRoutes } from './drafts.ts';
import { eventRoutes } from './events.ts';
import { exportRoutes } from './exports.ts';
import { intakeRoutes } from './intakes.ts';
import { jobRoutes } from './jobs.ts';
import { lakeRoutes } from './lakes.ts';
import { ledgerRoutes } from './ledger.ts';
import { presenceRoutes } from './presence.ts';
import { verificationRoutes } from './verifications.ts';

export * from './client.ts';
export * from './datasets.ts';
export * from './drafts.ts';
export * from './events.ts';
export * from './exports.ts';
export * from './intakes.ts';
export * from './jobs.ts';
export * from './lakes.ts';
export * from './ledger.ts';
export * from './presence.ts';
export * from './problem.ts';
export * from './results.ts';
export * from './route.ts';
export * from './verifications.ts';

/** The routes that the screens ask. Those of other programs are left out, so that no screen waits for their description. */
export const routes = {
  ...lakeRoutes,
  ...datasetRoutes,
  ...draftRoutes,
  ...intakeRoutes,
  ...exportRoutes,
  ...verificationRoutes,
  ...ledgerRoutes,
  ...presenceRoutes,
  ...jobRoutes,
  ...eventRoutes,
} as const;
