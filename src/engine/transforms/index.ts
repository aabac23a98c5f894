/** Recorded steps that make a new version from older ones. `engine/transforming.ts` runs them over a lake. */
export type * from './types.ts';
export { planTransform, transforms } from './plan.ts';
export type { Judged, Plan, PlannedFile, Queries, QueryTable, Scratch, SourceFile, SourceVersion, World } from './world.ts';
export { FileThread, NOTHING_LEFT } from './file-thread.ts';
export { isTable, plainTable, TABLE_NAMES } from './sql-plans.ts';
