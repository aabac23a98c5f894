import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../app/root-route.ts';

export const startRoutes = [
  createRoute({ getParentRoute: () => rootRoute, path: '/start', component: lazyRouteComponent(() => import('./start-screen.tsx'), 'StartScreen') }),
] as const;
