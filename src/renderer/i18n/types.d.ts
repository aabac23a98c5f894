import 'i18next';
import type { firstWords } from './en-US/index.ts';
import type { lakeWords } from './en-US/lake.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    resources: typeof firstWords & typeof lakeWords;
  }
}
