import { parentPort } from 'node:worker_threads';
import { CHUNK } from '../read.ts';
import type { Said } from './pool.ts';
import type { Task } from './tasks.ts';
import { runTask } from './tasks.ts';

/** Where a thread of the check starts: one task after another, in the order in which they come. */
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');

const buffer = Buffer.allocUnsafe(CHUNK);
const say = (said: Said): void => {
  port.postMessage(said);
};

port.on('message', (task: Task) => {
  say({
    result: runTask(task, buffer, (told) => {
      say({ told });
    }),
  });
});
