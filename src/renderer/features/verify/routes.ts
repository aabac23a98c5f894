import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { lakeRoute } from '../../app/root-route.ts';

export interface VerifySearch {
  /** The check that is shown. */
  readonly job?: string;
  /** The export whose package is to be checked. */
  readonly package?: string;
}

export const verifyRoutes = [
  createRoute({
    getParentRoute: () => lakeRoute,
    path: '/verify',
    validateSearch: (given: Record<string, unknown>): VerifySearch => ({
      ...(typeof given['job'] === 'string' ? { job: given['job'] } : {}),
      ...(typeof given['package'] === 'string' ? { package: given['package'] } : {}),
    }),
    component: lazyRouteComponent(() => import('./verify-screen.tsx'), 'VerifyScreen'),
  }),
] as const;
