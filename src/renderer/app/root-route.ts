import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router';
import { ErrorScreen, NotFound } from './error-screen.tsx';
import { LakeGate } from './lake-gate.tsx';
import { Root } from './root.tsx';

/** What routes are given by the application. */
export interface RouteContext {
  /** Resolves when the words of a lake's screens are there. */
  loadWords(): Promise<void>;
  /** Whether a lake is open; true too where nobody answers, because the screen then says so. */
  hasLake(): Promise<boolean>;
}

/** Under it stands every screen. */
export const rootRoute = createRootRouteWithContext<RouteContext>()({ component: Root, errorComponent: ErrorScreen, notFoundComponent: NotFound });

/** Under it stand the screens of an open lake; without one they lead to the start page. */
export const lakeRoute = createRoute({ getParentRoute: () => rootRoute, id: 'lake', beforeLoad: toStart, loader: ({ context }) => context.loadWords(), component: LakeGate });

/** Without a lake nothing of its screens is loaded. A lake that is closed while they are there is noticed by LakeGate. */
async function toStart({ context }: { readonly context: RouteContext }): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- The router takes what is thrown for where to go.
  if (!(await context.hasLake())) throw redirect({ to: '/start', replace: true });
}
