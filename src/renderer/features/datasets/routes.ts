import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { lakeRoute } from '../../app/root-route.ts';

export const datasetTabs = ['files', 'changes', 'ancestry', 'description', 'exports'] as const;
export type DatasetTab = (typeof datasetTabs)[number];

/** What of a dataset is shown. All of it stands in the address, so that a link, Back and a reload show the same. */
export interface DatasetSearch {
  /** The version; the newest where it is left out. */
  readonly v?: number;
  /** The version that it is compared with. */
  readonly from?: number;
  readonly tab?: DatasetTab;
  /** Path of the file that is shown. */
  readonly file?: string;
}

const version = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

export const datasetRoutes = [
  createRoute({ getParentRoute: () => lakeRoute, path: '/datasets', component: lazyRouteComponent(() => import('./datasets-screen.tsx'), 'DatasetsScreen') }),
  createRoute({
    getParentRoute: () => lakeRoute,
    path: '/datasets/$id',
    validateSearch: (search: Record<string, unknown>): DatasetSearch => ({
      ...(version(search['v']) ? { v: search['v'] } : {}),
      ...(version(search['from']) ? { from: search['from'] } : {}),
      ...(datasetTabs.some((tab) => tab === search['tab']) ? { tab: search['tab'] as DatasetTab } : {}),
      ...(typeof search['file'] === 'string' ? { file: search['file'] } : {}),
    }),
    component: lazyRouteComponent(() => import('./dataset-screen.tsx'), 'DatasetScreen'),
  }),
] as const;
