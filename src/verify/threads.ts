import { availableParallelism } from 'node:os';

/** Each thread takes memory of its own, and more of them only wait for the same disk. */
const MOST_THREADS = 4;

/** One thread per core; two on a single core, so that one computes while the other waits for a disk or a share. */
export function defaultThreads(): number {
  return Math.min(MOST_THREADS, Math.max(2, availableParallelism()));
}
