import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { lakeRoute } from '../../app/root-route.ts';

/** The entry that is shown, and the dataset whose entries they are. */
export interface LedgerSearch {
  readonly entry?: number;
  readonly dataset?: string;
}

export const ledgerRoutes = [
  createRoute({
    getParentRoute: () => lakeRoute,
    path: '/ledger',
    validateSearch: (search: Record<string, unknown>): LedgerSearch => ({
      ...(Number.isSafeInteger(search['entry']) && Number(search['entry']) >= 0 ? { entry: Number(search['entry']) } : {}),
      ...(typeof search['dataset'] === 'string' ? { dataset: search['dataset'] } : {}),
    }),
    component: lazyRouteComponent(() => import('./ledger-screen.tsx'), 'LedgerScreen'),
  }),
] as const;
