import { parentPort } from 'node:worker_threads';
import { flushLater, hashRing, localHasher, nearDisk, ringHasher, takeBatch } from '../lake/durable-copy.ts';
import type { Hasher, TakenBatch, Watch } from '../lake/durable-copy.ts';
import { closeOpen, flushOpen, systemDisk } from '../lake/durable.ts';
import type { CopyAnswer, CopyOrder, SystemErrorFacts } from './copy-protocol.ts';
import { countFiles } from './count.ts';

/** Entry of the threads that copy, hash and count for an intake: they block, so that the thread that started them does not. */

const PROGRESS_MS = 100;

function serve(answer: (it: CopyAnswer) => void): (order: CopyOrder) => void {
  let local: { readonly hasher: Hasher; readonly pieceBytes: number | null } | null = null;
  const localFor = (pieceBytes: number | null): Hasher => {
    if (local?.pieceBytes !== pieceBytes) local = { hasher: localHasher(pieceBytes ?? undefined), pieceBytes };
    return local.hasher;
  };

  let unsaid = 0;
  let lastSaid = performance.now();
  const progressed = (bytes: number): void => {
    unsaid += bytes;
    if (performance.now() - lastSaid < PROGRESS_MS) return;
    answer({ is: 'progress', bytes: unsaid });
    unsaid = 0;
    lastSaid = performance.now();
  };

  async function take({ setup, jobs, ring: shared }: Extract<CopyOrder, { do: 'take' }>, stopped: () => boolean): Promise<void> {
    const ring = shared === null ? null : ringHasher(shared, stopped);
    const hasher = ring ?? localFor(setup.pieceBytes);
    const watch: Watch = { stopped, progressed };
    const tools = { root: setup.root, hasher, watch, flush: setup.isShare };
    let batch: TakenBatch;
    if (setup.isShare) {
      const near = nearDisk(systemDisk.blocking, setup.root);
      const later = flushLater(near.disk, flushOpen, closeOpen);
      batch = await later.finish(jobs, takeBatch(jobs, { ...tools, disk: later.disk }));
      near.close();
    } else batch = takeBatch(jobs, { ...tools, disk: systemDisk.blocking });
    ring?.finish();
    answer({ is: 'taken', bytes: unsaid, taken: batch.taken, error: batch.error === null ? null : factsOf(batch.error) });
    unsaid = 0;
    lastSaid = performance.now();
  }

  return (order) => {
    const stop = new Int32Array(order.setup.stop);
    const stopped = (): boolean => Atomics.load(stop, 0) !== 0;
    switch (order.do) {
      case 'take':
        // What goes wrong here is a bug, and ends the thread.
        void take(order, stopped);
        return;
      case 'hash':
        hashRing(order.ring, stopped);
        answer({ is: 'hashed' });
        return;
      case 'count':
        answer({ is: 'counted', count: countFiles(order.places, order.lake, stopped) });
    }
  };
}

/** An error with a code is the system's and goes back as an answer; any other is a bug and ends the thread. */
function factsOf(error: unknown): SystemErrorFacts {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
  const { message, code, errno, syscall, path } = error as NodeJS.ErrnoException;
  return { message, code, errno, syscall, path };
}

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread; it does nothing by itself.');
port.on('message', serve((it) => port.postMessage(it)));
