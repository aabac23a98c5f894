import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { threadCopier } from '../../../../src/engine/ingest/copier.ts';
import { CopyThreads } from '../../../../src/engine/ingest/copy-threads.ts';
import type { CopyThread } from '../../../../src/engine/ingest/copy-threads.ts';
import { intakeBy } from '../../../../src/engine/ingest/intake.ts';
import type { IntakeReport } from '../../../../src/engine/ingest/index.ts';
import { Scene } from './temp-draft.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.remove());

function takeWithDyingThreads(path: string, threads: number): Promise<IntakeReport> {
  const pool = new CopyThreads(new URL('./dying-thread.ts', import.meta.url));
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  return intakeBy(scene.draft, [{ kind: 'path', path }], scene.deps, options, threads, (onBytes) => threadCopier({ root: scene.content, isShare: false, threads, onBytes, pool }));
}

test.each([
  ['exit', 'exit code 7'],
  ['throw', 'this thread has a bug'],
])('when a copying thread dies (%s) the intake ends with a clear error, and the journal names only what is complete', async (name, why) => {
  const folder = join(scene.in, name);
  mkdirSync(folder);
  for (let i = 0; i < 200; i++) writeFileSync(join(folder, `${1000 + i}`), 'x');
  await expect(takeWithDyingThreads(folder, 1)).rejects.toThrow(
    new Error(`A thread that copies files ended unexpectedly (${why}). 64 files are kept in the draft; put the same files again to go on from there.`),
  );
  expect(Object.keys(scene.draft.files)).toEqual(Array.from({ length: 64 }, (_, i) => `${name}/${1000 + i}`));
  // The half file is there, and nothing names it; the next intake takes another name and everything.
  expect(existsSync(join(scene.content, name, '1064'))).toBe(true);
  const report = await scene.take([folder]);
  expect([report.files, report.resumed, report.problems]).toEqual([136, 64, []]);
  expect(scene.draft.files[`${name}/1064`]).toEqual(['add', 1, `${name}/1064~1`]);
});

test('when the hashing thread dies the copying thread does not wait for it', async () => {
  const large = join(scene.in, 'large');
  writeFileSync(large, '');
  truncateSync(large, 65 * 1024 * 1024);
  await expect(takeWithDyingThreads(large, 2)).rejects.toThrow('A thread that copies files ended unexpectedly (the hashing thread died). No file was kept in the draft.');
  expect(scene.draft.lines).toEqual([]);
});

/** Notes what it lends. */
class NotedThreads extends CopyThreads {
  readonly lent: CopyThread[] = [];
  override lend(onBytes: (bytes: number) => void): CopyThread {
    const thread = super.lend(onBytes);
    this.lent.push(thread);
    return thread;
  }
}

const entry = new URL('../../../../src/engine/workers/copy.ts', import.meta.url);

function takeWith(pool: CopyThreads, { draft, deps, content, in: folder }: Scene): Promise<IntakeReport> {
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  return intakeBy(draft, [{ kind: 'path', path: folder }], deps, options, 1, (onBytes) => threadCopier({ root: content, isShare: false, threads: 1, onBytes, pool }));
}

test('the next intake uses the thread of the one before, for its own folder, and one that was stopped hinders nothing', async () => {
  const pool = new NotedThreads(entry);
  writeFileSync(join(scene.in, 'a.csv'), 'a\n');
  expect((await takeWith(pool, scene)).files).toBe(1);
  const copier = threadCopier({ root: scene.content, isShare: false, threads: 1, onBytes: () => undefined, pool });
  copier.stop();
  const job = { source: join(scene.in, 'a.csv'), way: { copyTo: join(scene.content, 'b.csv') }, resume: null, largest: 1e9 };
  expect((await copier.take([job], null)).taken).toEqual([{ kind: 'stopped' }]);
  await copier.close();
  const other = new Scene();
  try {
    writeFileSync(join(other.in, 'b.csv'), 'bb\n');
    expect((await takeWith(pool, other)).files).toBe(1);
    expect(existsSync(join(other.content, 'in', 'b.csv'))).toBe(true);
  } finally {
    other.remove();
  }
  expect(new Set(pool.lent).size).toBe(1);
  expect(pool.lent).toHaveLength(3);
});

test('a thread that nobody needs ends after a while, and one that ended is not lent again', async () => {
  const pool = new CopyThreads(entry, 50);
  const first = pool.lend(() => undefined);
  await pool.giveBack(first);
  expect(pool.lend(() => undefined)).toBe(first);
  await pool.giveBack(first);
  await expect.poll(() => first.isFree, { timeout: 10_000 }).toBe(false);
  const second = pool.lend(() => undefined);
  expect(second).not.toBe(first);
  await second.end();
  await pool.giveBack(second);
  expect(pool.lend(() => undefined)).not.toBe(second);
});

test('a thread that still works when it is given back is ended, and lent to nobody although its answer comes before its end', async () => {
  const pool = new CopyThreads(entry);
  for (let round = 0; round < 20; round++) {
    const thread = pool.lend(() => undefined);
    const setup = { root: scene.content, stop: new SharedArrayBuffer(4), pieceBytes: null, isShare: false };
    const count = { do: 'count', setup, places: [scene.in], lake: scene.content } as const;
    // A thread that just starts answers late.
    await thread.order(count);
    const counted = thread.order(count).then(
      () => pool.giveBack(thread),
      () => undefined,
    );
    // Its answer waits in the port.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    const closing = pool.giveBack(thread);
    await counted;
    const next = pool.lend(() => undefined);
    expect(next).not.toBe(thread);
    await closing;
    expect(thread.isFree).toBe(false);
    await next.end();
  }
});
