import { parentPort } from 'node:worker_threads';
import { CHUNK } from '../read.ts';
import type { Said } from './pool.ts';
import type { Result, Task } from './tasks.ts';
import { runTask } from './tasks.ts';

/** Where a thread of the check starts: one task after another, in the order in which they come. */
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');

const buffer = Buffer.allocUnsafeSlow(CHUNK);
const say = (said: Said, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(said, transfer);
};
const tell = (told: number): void => {
  say({ told });
};
const waiting: Task[] = [];

port.on('message', (task: Task) => {
  // A task that must load something first is not overtaken.
  if (waiting.push(task) === 1) void work();
});

async function work(): Promise<void> {
  for (let task = waiting[0]; task !== undefined; task = waiting[0]) {
    const result = await runTask(task, buffer, tell);
    say({ result }, blocksOf(result));
    waiting.shift();
  }
}

/** What can be tens of megabytes, and is handed over instead of being copied. */
function blocksOf(result: Result): ArrayBuffer[] {
  const blocks = 'manifest' in result ? result.manifest : 'blocks' in result ? result.blocks : 'leaves' in result ? result.leaves : [];
  return blocks.map((block) => block.buffer);
}
