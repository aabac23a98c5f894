export { Jobs } from './jobs.ts';
export type { JobsWorld } from './jobs.ts';
export { JobFile } from './job-file.ts';
export type { Again } from './job-file.ts';
export type { JobSpec, Run, Work } from './running.ts';
