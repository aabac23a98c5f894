import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogicalPath } from '../../src/contract/index.ts';
import { Scene } from '../unit/engine/ingest/temp-draft.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.remove());

test('memory stays flat over 300,000 files in six folders of 50,000', async () => {
  for (let folder = 0; folder < 6; folder++) {
    mkdirSync(join(scene.in, `${folder}`));
    for (let i = 0; i < 50_000; i++) writeFileSync(join(scene.in, `${folder}`, `${'n'.repeat(60)}-${i}.txt`), `${folder}/${i}`);
  }
  scene.draft.keepLines = false;
  const resident: { files: number; mb: number }[] = [];
  scene.draft.onRecord = () => resident.push({ files: scene.draft.lineCount, mb: process.memoryUsage.rss() / 1e6 });
  const before = process.memoryUsage.rss() / 1e6;
  const report = await scene.take([scene.in], { inline: false, workers: 4 });
  expect([report.files, report.problemCount]).toEqual([300_000, 0]);
  const at = (from: number, to: number): number => Math.max(...resident.filter(({ files }) => files >= from && files < to).map(({ mb }) => mb));
  const [early, late] = [at(50_000, 150_000), at(200_000, 300_000)];
  console.log(`resident: ${before.toFixed(0)} MB before, ${early.toFixed(0)} MB up to 150,000 files, ${late.toFixed(0)} MB up to 300,000`);
  expect(late).toBeLessThan(early * 1.15 + 10);
  expect(Math.max(early, late) - before).toBeLessThan(400);
});

test('a sparse file of 5 GiB and an end that is not sparse is copied and hashed exactly, judged by sha256sum', async () => {
  const path = join(scene.in, 'sparse');
  writeFileSync(path, '');
  truncateSync(path, 5 * 1024 ** 3);
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, 'the end', 5 * 1024 ** 3 - 7);
  closeSync(descriptor);
  await scene.take([path], { inline: false, workers: 2 });
  const sum = execFileSync('sha256sum', [join(scene.content, 'sparse')], { encoding: 'utf8' }).slice(0, 64);
  expect(scene.draft.staged('sparse' as LogicalPath)).toMatchObject({ sha256: sum, size: 5 * 1024 ** 3 });
  expect(sum).toBe(hashOf(path));
  expect(statSync(join(scene.content, 'sparse')).size).toBe(5 * 1024 ** 3);
});

function hashOf(path: string): string {
  const descriptor = openSync(path, 'r');
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1 << 20);
  for (let left = fstatSync(descriptor).size; left > 0; ) {
    const length = readSync(descriptor, buffer);
    hash.update(buffer.subarray(0, length));
    left -= length;
  }
  closeSync(descriptor);
  return hash.digest('hex');
}
