import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { lakeRoute } from '../../app/root-route.ts';

/** The job whose package is shown, where one was begun. */
export interface ExportSearch {
  readonly job?: string;
}

const search = (given: Record<string, unknown>): ExportSearch => (typeof given['job'] === 'string' ? { job: given['job'] } : {});

export const exportRoutes = [
  createRoute({ getParentRoute: () => lakeRoute, path: '/export', validateSearch: search, component: lazyRouteComponent(() => import('./export-screen.tsx'), 'ExportScreen') }),
  createRoute({ getParentRoute: () => lakeRoute, path: '/export/$ref', validateSearch: search, component: lazyRouteComponent(() => import('./export-screen.tsx'), 'ExportScreen') }),
] as const;
