import { expect, test } from 'vitest';
import type { LogicalPath, Sha256 } from '../../../../src/contract/index.ts';
import type { Clock } from '../../../../src/engine/clock.ts';
import { Batches } from '../../../../src/engine/ingest/batches.ts';
import { durableOn, systemDisk, type DraftIntake, type JournalLine } from '../../../../src/engine/lake/index.ts';

interface Bench {
  readonly batches: Batches;
  readonly steps: string[];
  now: number;
  /** Lets the flush that is waiting go on. */
  flushed(): Promise<void>;
}

function bench(): Bench {
  const steps: string[] = [];
  let waiting: PromiseWithResolvers<void> | null = null;
  const clock: Clock = { now: () => 0, monotonic: () => made.now, sleep: () => Promise.resolve(), random: (size) => new Uint8Array(size), uuid: () => '' };
  const durable = {
    ...durableOn(systemDisk, { kind: 'journaled', name: 'ext4' }, clock),
    flush: (files: readonly string[]) => {
      steps.push(`flush ${files.length}`);
      waiting = Promise.withResolvers<void>();
      return waiting.promise;
    },
  };
  const draft = {
    contentFolder: '/c',
    record: (lines: readonly JournalLine[]) => {
      steps.push(`record ${lines.length}`);
      return Promise.resolve();
    },
  } as unknown as DraftIntake;
  const made: Bench = {
    batches: new Batches(draft, durable, clock),
    steps,
    now: 0,
    async flushed() {
      waiting?.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return made;
}

const line = (size = 1): JournalLine => ({ do: 'add', path: 'p' as LogicalPath, sha256: 'x' as Sha256, size, mtime: null, content: 'p' });

test('a batch ends after 5,000 files, 1 GiB or 5 seconds', async () => {
  const it = bench();
  for (let i = 0; i < 4_999; i++) it.batches.add(line());
  expect(it.steps).toEqual([]);
  it.batches.add(line());
  expect(it.steps).toEqual(['flush 5000']);
  await it.flushed();
  expect(it.steps).toEqual(['flush 5000', 'record 5000']);
  it.batches.add(line(2 ** 30 - 1));
  expect(it.steps.length).toBe(2);
  it.batches.add(line());
  expect(it.steps.at(-1)).toBe('flush 2');
  await it.flushed();
  it.batches.add(line());
  it.now = 4_999;
  it.batches.poll();
  expect(it.steps.at(-1)).toBe('record 2');
  it.now = 5_000;
  it.batches.poll();
  expect(it.steps.at(-1)).toBe('flush 1');
  expect(it.batches.kept).toEqual({ files: 5_002, bytes: 5_000 + 2 ** 30 });
});

test('one batch fills while one is written, and a third waits', async () => {
  const it = bench();
  const add = (files: number): void => Array.from({ length: files }, () => it.batches.add(line())).forEach(() => undefined);
  add(5_000);
  await it.batches.room();
  add(5_000);
  let room = false;
  const waiting = it.batches.room().then(() => (room = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(room).toBe(false);
  await it.flushed();
  await waiting;
  expect(it.steps).toEqual(['flush 5000', 'record 5000', 'flush 5000']);
  const end = it.batches.finish();
  await it.flushed();
  await end;
  expect(it.batches.kept.files).toBe(10_000);
});

test('after a flush failed nothing more is recorded, and the error comes back each time', async () => {
  const it = bench();
  const failure = Object.assign(new Error('no'), { code: 'EIO' });
  it.batches.add(line());
  const broken = new Batches({ contentFolder: '/c', record: () => Promise.reject(failure) } as unknown as DraftIntake, durableOn(systemDisk, { kind: 'other', name: '' }, { monotonic: () => 0 } as Clock), { monotonic: () => 0 } as Clock);
  broken.add({ do: 'note', note: 'emptyFolder', path: 'e' });
  await expect(broken.finish()).rejects.toBe(failure);
  await expect(broken.finish()).rejects.toBe(failure);
  await expect(broken.room()).rejects.toBe(failure);
  expect(broken.kept.files).toBe(0);
});
