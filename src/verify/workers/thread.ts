import { parentPort } from 'node:worker_threads';
import { CHUNK } from '../read.ts';
import type { Said } from './pool.ts';
import type { Task } from './tasks.ts';
import { runTask } from './tasks.ts';

/** Where a thread of the check starts: one task after another, in the order in which they come. */
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');

const buffer = Buffer.allocUnsafe(CHUNK);
const say = (said: Said, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(said, transfer);
};

port.on('message', (task: Task) => {
  const result = runTask(task, buffer, (told) => {
    say({ told });
  });
  // A manifest can be tens of megabytes: it is handed over, not copied.
  const blocks = 'manifest' in result ? result.manifest : 'blocks' in result ? result.blocks : [];
  say({ result }, blocks.map(({ buffer: bytes }) => bytes));
});
