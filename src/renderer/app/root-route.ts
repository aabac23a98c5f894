import { createRootRoute, createRoute } from '@tanstack/react-router';
import { ErrorScreen, NotFound } from './error-screen.tsx';
import { LakeGate } from './lake-gate.tsx';
import { Root } from './root.tsx';

/** Under it stands every screen. */
export const rootRoute = createRootRoute({ component: Root, errorComponent: ErrorScreen, notFoundComponent: NotFound });

/** Under it stand the screens of an open lake; without one they lead to the start page. */
export const lakeRoute = createRoute({ getParentRoute: () => rootRoute, id: 'lake', component: LakeGate });
