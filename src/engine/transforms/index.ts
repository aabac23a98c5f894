/** Recorded steps that make a new version from older ones. `engine/transforming.ts` runs them over a lake. */
export type * from './types.ts';
export { planTransform, transforms } from './plan.ts';
export type { Judged, Plan, PlannedFile, Queries, QueryTable, Scratch, SourceFile, SourceVersion, World } from './world.ts';
export { FileThread, NOTHING_LEFT } from './file-thread.ts';
export { isTable, plainTable, TABLE_NAMES } from './sql-plans.ts';
// Readers, for whoever looks at files that people bring.
export { Rows } from './rows.ts';
export { BARE, QUOTED_DOUBLED } from './row-scanner.ts';
export { jsonRecords } from './json-records.ts';
export { membersOf } from './json-members.ts';
export { FileRefusal, Stopped } from './refusal.ts';
export { dialectOf, headerIn, otherDelimiter, SAMPLE_BYTES } from './dialect.ts';
export type { Dialect } from './dialect.ts';
export { startOf } from './source-reader.ts';
export type { ReadWatch, StoredSource } from './source-reader.ts';
