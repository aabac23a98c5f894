import type { IconName } from '../ui/index.ts';

/** The four verbs of the work. New features go under one of them; there is no fifth. */
export const verbs = ['keep', 'ask', 'release', 'prove'] as const;
export type Verb = (typeof verbs)[number];

/** A place in the rail. */
export interface RailItem {
  /** Its words: `rail.items.<id>` in i18n/en-US/app.ts. */
  readonly id: 'home' | 'intake' | 'datasets' | 'export' | 'ledger' | 'verify';
  readonly verb: Verb | null;
  readonly to: '/' | '/intake' | '/datasets' | '/export' | '/ledger' | '/verify';
  readonly icon: IconName;
}

/** Only what exists. */
export const railItems: readonly RailItem[] = [
  { id: 'home', verb: null, to: '/', icon: 'home' },
  { id: 'intake', verb: 'keep', to: '/intake', icon: 'intake' },
  { id: 'datasets', verb: 'keep', to: '/datasets', icon: 'dataset' },
  { id: 'export', verb: 'release', to: '/export', icon: 'export' },
  { id: 'ledger', verb: 'prove', to: '/ledger', icon: 'ledger' },
  { id: 'verify', verb: 'prove', to: '/verify', icon: 'shield' },
];
