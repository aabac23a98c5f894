import { Worker } from 'node:worker_threads';
import type { OnProgress, Progress } from '../contract/index.ts';
import { CancelledError } from '../contract/index.ts';
import type { Work } from './check.ts';
import { KEPT_ON_CANCEL } from './meter.ts';
import type { VerifyReport } from './report.ts';

/** What the thread of a check says. */
export type CheckSaid = { readonly progress: Progress } | { readonly report: VerifyReport };

/**
 * Does a check in a thread of its own, which has threads beside it: the caller can go on with other things, and its memory does not grow by what
 * the check leaves behind. Stopping ends that thread at once, wherever it is; it only reads.
 */
export function checkInThread(work: Work, signal: AbortSignal | undefined, onProgress: OnProgress | undefined): Promise<VerifyReport> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new CancelledError(KEPT_ON_CANCEL));
      return;
    }
    const entry = new URL(import.meta.url.endsWith('.ts') ? './check-thread.ts' : './check-thread.js', import.meta.url);
    const worker = new Worker(entry, { workerData: work, resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    const settle = (step: () => void): void => {
      signal?.removeEventListener('abort', stop);
      worker.removeAllListeners();
      // Resolved only when the thread is gone, so that nothing has a file open any more.
      void worker.terminate().then(step);
    };
    const stop = (): void => {
      settle(() => {
        reject(new CancelledError(KEPT_ON_CANCEL));
      });
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', (said: CheckSaid) => {
      if ('progress' in said) onProgress?.(said.progress);
      else {
        settle(() => {
          resolve(said.report);
        });
      }
    });
    worker.on('error', (error) => {
      settle(() => {
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
    worker.on('exit', (code) => {
      settle(() => {
        reject(new Error(`The thread of the check ended by itself with exit code ${String(code)}.`));
      });
    });
  });
}
