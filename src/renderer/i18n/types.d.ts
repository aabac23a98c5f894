import 'i18next';
import type { enUS } from './en-US/index.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    resources: typeof enUS;
  }
}
