export * from './ids.ts';
export * from './entry.ts';
export * from './tables.ts';
export * from './body.ts';
export * from './lake.ts';
export * from './errors.ts';
export * from './finding.ts';
export * from './progress.ts';
