import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { lakeRoute } from '../../app/root-route.ts';

/** The intake that is shown; else the newest of the dataset that is at work. */
export interface DraftSearch {
  readonly job?: string;
}

export const intakeRoutes = [
  createRoute({ getParentRoute: () => lakeRoute, path: '/intake', component: lazyRouteComponent(() => import('./intake-screen.tsx'), 'IntakeScreen') }),
  createRoute({
    getParentRoute: () => lakeRoute,
    path: '/intake/$dataset',
    validateSearch: (search: Record<string, unknown>): DraftSearch => (typeof search['job'] === 'string' ? { job: search['job'] } : {}),
    component: lazyRouteComponent(() => import('./draft-screen.tsx'), 'DraftScreen'),
  }),
] as const;
