/** Recorded steps that make a new version from older ones. `engine/transforming.ts` runs them over a lake. */
export type * from './types.ts';
