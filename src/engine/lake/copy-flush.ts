import type { BlockingDisk } from './disk.ts';
import type { TakeJob, TakenBatch } from './copy-take.ts';

/**
 * Flushes the copies of a batch several at once, after the last was written: a file server that flushes one takes hardly longer for eight. Each stays open until then; to open it again
 * would be round trips.
 */

/** What is flushed at once, of one thread. */
const AT_ONCE = 8;

export interface FlushLater {
  /** The same disk, but for files that are told to be flushed and then closed: those wait. */
  readonly disk: BlockingDisk;
  /** Flushes and closes what waits. The batch then ends before the first copy that could not be made durable, and that and the copies after it are removed. */
  finish(jobs: readonly TakeJob[], batch: TakenBatch): Promise<TakenBatch>;
}

/** `flush` and `close` are fsync and close of a descriptor, without blocking the thread. */
export function flushLater(under: BlockingDisk, flush: (descriptor: number) => Promise<void>, close: (descriptor: number) => Promise<void>): FlushLater {
  const names = new Map<number, string>();
  const waiting = new Map<number, string>();
  const disk: BlockingDisk = {
    ...under,
    createExclusive(path) {
      const descriptor = under.createExclusive(path);
      names.set(descriptor, path);
      return descriptor;
    },
    sync: (descriptor) => void waiting.set(descriptor, names.get(descriptor) ?? ''),
    close(descriptor) {
      names.delete(descriptor);
      if (!waiting.has(descriptor)) under.close(descriptor);
    },
  };

  async function flushAll(): Promise<Map<string, unknown>> {
    const failed = new Map<string, unknown>();
    const left = [...waiting].reverse();
    waiting.clear();
    const work = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const [descriptor, path] = next;
        const note = (error: unknown): void => void (failed.has(path) || failed.set(path, error));
        await flush(descriptor).catch(note);
        await close(descriptor).catch(note);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return failed;
  }

  return {
    disk,
    async finish(jobs, batch) {
      const failed = await flushAll();
      if (failed.size === 0) return batch;
      const targets = jobs.slice(0, batch.taken.length).map(({ way }, i) => (batch.taken[i]?.kind === 'copied' && way !== null && 'copyTo' in way ? way.copyTo : null));
      const first = targets.findIndex((target) => target !== null && failed.has(target));
      for (const target of targets.slice(first)) if (target !== null) remove(under, target);
      return { taken: batch.taken.slice(0, first), error: failed.get(targets[first] ?? '') };
    },
  };
}

/** Best effort: what cannot be removed is named by no journal, so that nothing takes it for a staged file. */
function remove(disk: BlockingDisk, path: string): void {
  try {
    disk.unlink(path);
  } catch {
    // The flush's own error is what is told.
  }
}
