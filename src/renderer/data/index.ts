export { gentle } from './gentle.ts';
export { keys } from './keys.ts';
export { apply, learn, withJob } from './live.ts';
export { PREVIEW_BYTES, queries } from './queries.ts';
export { useAct } from './use-act.ts';
export { isAtWork, isCutOff, useJob, useJobs, useLake, useReadOnly } from './use-lake.ts';
