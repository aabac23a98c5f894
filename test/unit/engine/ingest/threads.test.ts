import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { threadCopier } from '../../../../src/engine/ingest/copier.ts';
import { intakeBy } from '../../../../src/engine/ingest/intake.ts';
import type { IntakeReport } from '../../../../src/engine/ingest/index.ts';
import { Scene } from './temp-draft.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.remove());

function takeWithDyingThreads(path: string, threads: number): Promise<IntakeReport> {
  const entry = new URL('./dying-thread.ts', import.meta.url);
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  return intakeBy(scene.draft, [{ kind: 'path', path }], scene.deps, options, threads, (onBytes) => threadCopier({ root: scene.content, isShare: false, threads, onBytes, entry }));
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
