export { Backlog, BATCH } from './backlog.ts';
export type { Limits, Waiting } from './backlog.ts';
export { MOST_ATTEMPTS, waitAfter } from './patience.ts';
