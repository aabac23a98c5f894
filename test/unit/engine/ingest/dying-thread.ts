import { closeSync, openSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { localHasher, takeBatch } from '../../../../src/engine/lake/durable-copy.ts';
import { systemDisk } from '../../../../src/engine/lake/index.ts';
import type { CopyAnswer, CopyOrder } from '../../../../src/engine/workers/copy-protocol.ts';

/** A copying thread that carries out one order and dies in the middle of the next, as the source's first name says: by exit, by throwing, or while hashing. */

const hasher = localHasher();
let orders = 0;

parentPort?.on('message', (order: CopyOrder) => {
  if (order.do === 'hash') throw new Error('the hashing thread died');
  if (order.do === 'count') return parentPort?.postMessage({ is: 'counted', count: null } satisfies CopyAnswer);
  const [first] = order.jobs;
  if (orders++ > 0 && first?.way !== undefined && first.way !== null && 'copyTo' in first.way && order.ring === null) {
    const descriptor = openSync(first.way.copyTo, 'wx');
    writeSync(descriptor, 'half of ');
    closeSync(descriptor);
    if (first.source.includes('exit')) process.exit(7);
    throw new Error('this thread has a bug');
  }
  // The shared flag is looked at as the real thread does; with a ring this one waits for the hashing thread like the real one.
  const stop = new Int32Array(order.setup.stop);
  while (order.ring !== null && Atomics.load(stop, 0) === 0) Atomics.wait(stop, 0, 0, 20);
  const { taken } = takeBatch(order.jobs, { disk: systemDisk.blocking, root: order.setup.root, hasher, watch: { stopped: () => Atomics.load(stop, 0) !== 0, progressed: () => undefined }, flush: false });
  parentPort?.postMessage({ is: 'taken', bytes: 0, taken, error: null } satisfies CopyAnswer);
});
