import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { lakeRoute } from '../../app/root-route.ts';

export interface JobsSearch {
  /** The job that is shown. */
  readonly job?: string;
}

export const jobRoutes = [
  createRoute({
    getParentRoute: () => lakeRoute,
    path: '/jobs',
    validateSearch: (given: Record<string, unknown>): JobsSearch => (typeof given['job'] === 'string' ? { job: given['job'] } : {}),
    component: lazyRouteComponent(() => import('./jobs-screen.tsx'), 'JobsScreen'),
  }),
] as const;
