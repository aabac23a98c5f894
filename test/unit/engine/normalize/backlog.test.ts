import { describe, expect, it } from 'vitest';
import type { DropId } from '../../../../src/contract/index.ts';
import { Backlog, BATCH, waitAfter } from '../../../../src/engine/normalize/index.ts';
import type { Waiting } from '../../../../src/engine/normalize/index.ts';

const waiting = (item: number, tables: string, size = 1): Waiting<number> => ({ id: String(item) as DropId, tables: tables.split(' '), size, item });
const items = (batch: readonly Waiting<number>[] | null): number[] | null => batch?.map(({ item }) => item) ?? null;
const backlog = (...all: readonly Waiting<number>[]): Backlog<number> => {
  const made = new Backlog<number>();
  for (const one of all) made.add(one);
  return made;
};

describe('the backlog', () => {
  it('gives drops of the same tables together, others beside them, and none of a table that is at work', () => {
    const queue = backlog(waiting(1, 'a'), waiting(2, 'b'), waiting(3, 'a'), waiting(4, 'b'));
    const first = queue.take();
    expect([items(first), items(queue.take()), items(queue.take())]).toEqual([[1, 3], [2, 4], null]);
    queue.add(waiting(5, 'a'));
    expect(queue.take()).toBeNull();
    queue.done(first ?? []);
    expect(items(queue.take())).toEqual([5]);
  });

  it('never lets a drop pass an earlier one that waits for the same table', () => {
    const queue = backlog(waiting(1, 'a'), waiting(2, 'a b'), waiting(3, 'b'), waiting(4, 'a'), waiting(5, 'c'));
    const first = queue.take();
    expect([items(first), items(queue.take()), items(queue.take())]).toEqual([[1], [5], null]);
    queue.done(first ?? []);
    const second = queue.take();
    expect([items(second), items(queue.take())]).toEqual([[2], null]);
    queue.done(second ?? []);
    expect([items(queue.take()), items(queue.take())]).toEqual([[3], [4]]);
  });

  it('takes at most 40 drops or 64 MiB at a time, and a larger one alone', () => {
    const large = backlog(waiting(1, 'a', BATCH.bytes * 2), waiting(2, 'a'), waiting(3, 'a', BATCH.bytes), waiting(4, 'a'));
    const taken: (number[] | null)[] = [];
    for (let batch = large.take(); batch !== null; batch = large.take()) {
      taken.push(items(batch));
      large.done(batch);
    }
    expect(taken).toEqual([[1], [2], [3], [4]]);
    const many = backlog(...Array.from({ length: 5_000 }, (_, i) => waiting(i, i % 2 === 0 ? 'a' : 'b')));
    let sizes = 0;
    for (let batch = many.take(); batch !== null; batch = many.take()) {
      expect(batch.length).toBeLessThanOrEqual(BATCH.drops);
      sizes += batch.length;
      many.done(batch);
    }
    expect([sizes, many.length]).toEqual([5_000, 0]);
  });

  it('waits longer each time', () => {
    expect([1, 2, 3, 4].map(waitAfter)).toEqual([1_000, 4_000, 16_000, 64_000]);
  });
});
