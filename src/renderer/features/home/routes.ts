import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { lakeRoute } from '../../app/root-route.ts';

export const homeRoutes = [
  createRoute({ getParentRoute: () => lakeRoute, path: '/', component: lazyRouteComponent(() => import('./home-screen.tsx'), 'HomeScreen') }),
] as const;
