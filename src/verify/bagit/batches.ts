import type { Meter } from '../meter.ts';
import type { HashAlgorithms } from '../workers/hash-algorithms.ts';
import type { Pool } from '../workers/pool.ts';
import type { FileTable } from './files.ts';
import type { HashPlan } from './source.ts';

/** A task ends at whichever of these it reaches first: many small files at once, and large ones shared out among the threads. */
const MOST_FILES = 64;
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_OPEN = 8;

/** Where the threads find files, by their numbers. */
export type FromFiles = (files: readonly number[]) => HashAlgorithms['from'];

/**
 * Hashes all files of a plan that `takes` allows, in threads.
 * @param takes false for files that are hashed in another way
 */
export async function hashInThreads(plan: HashPlan, files: FileTable, from: FromFiles, takes: (file: number) => boolean, meter: Meter, pool: Pool): Promise<void> {
  const open = new Set<Promise<void>>();
  const gathered = new Map<number, { files: number[]; bytes: number }>();
  const send = (mask: number, batch: readonly number[]): void => {
    const work = hashBatch(plan, mask, batch, from, meter, pool);
    const done = work.finally(() => open.delete(done));
    done.catch(() => undefined);
    open.add(done);
  };
  for (const [file] of files.entries()) {
    const mask = files.isThere(file) && takes(file) ? plan.wanted(file) : 0;
    if (mask === 0) continue;
    const batch = gathered.get(mask) ?? { files: [], bytes: 0 };
    batch.files.push(file);
    batch.bytes += files.size(file);
    gathered.set(mask, batch);
    if (batch.files.length < MOST_FILES && batch.bytes < MOST_BYTES) continue;
    gathered.delete(mask);
    await pool.room();
    send(mask, batch.files);
    while (open.size > MOST_OPEN) await Promise.race(open);
    await meter.breathe();
  }
  for (const [mask, batch] of gathered) send(mask, batch.files);
  await Promise.all(open);
}

async function hashBatch(plan: HashPlan, mask: number, batch: readonly number[], from: FromFiles, meter: Meter, pool: Pool): Promise<void> {
  meter.check();
  const algorithms = plan.algorithms.filter((_, i) => (mask & (1 << i)) !== 0).map(({ hash, bytes }) => ({ hash, bytes }));
  const stride = algorithms.reduce((sum, { bytes }) => sum + bytes, 0);
  const result = await pool.run({ kind: 'hashAlgorithms', algorithms, from: from(batch) });
  meter.add(batch.length, result.bytes);
  const problems = new Map(result.problems.map((problem) => [problem.index, problem.detail]));
  for (const [i, file] of batch.entries()) {
    const detail = problems.get(i);
    if (detail === undefined) plan.hashed(file, result.digests.subarray(i * stride, (i + 1) * stride));
    else plan.failed(file, detail);
  }
}
