import { createHashHistory, createRouter } from '@tanstack/react-router';
import { datasetRoutes } from '../features/datasets/routes.ts';
import { exportRoutes } from '../features/export/routes.ts';
import { homeRoutes } from '../features/home/routes.ts';
import { intakeRoutes } from '../features/intake/routes.ts';
import { jobRoutes } from '../features/jobs/routes.ts';
import { ledgerRoutes } from '../features/ledger/routes.ts';
import { startRoutes } from '../features/start/routes.ts';
import { verifyRoutes } from '../features/verify/routes.ts';
import { ErrorScreen } from './error-screen.tsx';
import { lakeRoute, rootRoute } from './root-route.ts';
import type { RouteContext } from './root-route.ts';

/**
 * All screens. Their addresses stand in the fragment (`#/datasets/WF-2024-07`): the same files then work wherever they are served from, and no name of a record
 * is ever part of a request.
 */
export function makeRouter(context: RouteContext) {
  return createRouter({
    routeTree: rootRoute.addChildren([...startRoutes, lakeRoute.addChildren([...homeRoutes, ...intakeRoutes, ...datasetRoutes, ...exportRoutes, ...ledgerRoutes, ...verifyRoutes, ...jobRoutes])]),
    context,
    history: createHashHistory(),
    defaultErrorComponent: ErrorScreen,
    defaultPreload: 'intent',
    // What is fetched is kept by the query cache; the router loads code only.
    defaultPreloadStaleTime: 0,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
