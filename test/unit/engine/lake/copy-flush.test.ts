import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { flushLater, localHasher, systemDisk, takeBatch } from '../../../../src/engine/lake/index.ts';
import type { TakeJob, TakenBatch } from '../../../../src/engine/lake/index.ts';
import { closeOpen, flushOpen } from '../../../../src/engine/lake/durable.ts';

let root: string;
let jobs: TakeJob[];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hms-flush-')));
  mkdirSync(join(root, 'copies'));
  jobs = Array.from({ length: 20 }, (_, i) => {
    const source = join(root, `source-${10 + i}`);
    writeFileSync(source, `file ${i}`);
    return { source, way: { copyTo: join(root, 'copies', String(10 + i)) }, resume: null, largest: Infinity };
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const error = Object.assign(new Error('EIO: made by the test'), { code: 'EIO' });
const copies = (): string[] => readdirSync(join(root, 'copies')).sort();
const open = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

/** Copies all; `fails` says of which copy, from 0, the flush or the close fails. */
async function take(fails: { readonly flush?: number; readonly close?: number } = {}): Promise<{ batch: TakenBatch; most: number; flushed: number }> {
  let [at, now, most, flushed] = [0, 0, 0, 0];
  const numbers = new Map<number, number>();
  const later = flushLater(
    systemDisk.blocking,
    async (descriptor) => {
      numbers.set(descriptor, at);
      const number = at++;
      most = Math.max(most, ++now);
      await flushOpen(descriptor);
      now--;
      if (number === fails.flush) throw error;
      flushed++;
    },
    async (descriptor) => {
      await closeOpen(descriptor);
      if (numbers.get(descriptor) === fails.close) throw error;
    },
  );
  const tools = { disk: later.disk, root: join(root, 'copies'), hasher: localHasher(), watch: { stopped: () => false, progressed: () => undefined }, flush: true };
  const batch = await later.finish(jobs, takeBatch(jobs, tools));
  return { batch, most, flushed };
}

it('all copies of a batch are flushed before it is answered, several at once, and none stays open', async () => {
  const before = open();
  const { batch, most, flushed } = await take();
  expect([batch.taken.map(({ kind }) => kind), batch.error, flushed]).toEqual([Array.from({ length: 20 }, () => 'copied'), null, 20]);
  expect([most > 1, most <= 8]).toEqual([true, true]);
  expect(readFileSync(join(root, 'copies', '29'), 'utf8')).toBe('file 19');
  expect(open()).toBe(before);
});

it.each(['flush', 'close'] as const)('a %s that fails ends the batch before that copy, which is removed with those after it', async (what) => {
  const before = open();
  const { batch } = await take({ [what]: 7 });
  expect([batch.taken.length, batch.error]).toEqual([7, error]);
  expect(copies()).toEqual(['10', '11', '12', '13', '14', '15', '16']);
  expect(open()).toBe(before);
});

it('a copy that was given up is closed at once and not flushed', async () => {
  writeFileSync(join(root, 'copies', '15'), 'taken by another');
  const { batch, flushed } = await take();
  expect([batch.taken[5], flushed]).toEqual([{ kind: 'occupied' }, 19]);
  expect(readFileSync(join(root, 'copies', '15'), 'utf8')).toBe('taken by another');
});
