import { parentPort, workerData } from 'node:worker_threads';
import type { CheckSaid } from './check-in-thread.ts';
import type { Work } from './check.ts';
import { check } from './check.ts';

/** Where the thread of one check starts. What it throws ends it, and is told to who started it. */
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');

const say = (said: CheckSaid): void => {
  port.postMessage(said);
};
void check(workerData as Work, undefined, (progress) => {
  say({ progress });
}).then((report) => {
  say({ report });
});
