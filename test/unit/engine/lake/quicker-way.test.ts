import { expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import type { Clock } from '../../../../src/engine/clock.ts';
import { QuickerWay } from '../../../../src/engine/lake/quicker-way.ts';

let now = 0;
const clock: Clock = { ...systemClock, monotonic: () => now };

/** Which way each turn of eight pieces goes, where a piece takes so many ms. */
async function turns(way: QuickerWay, count: number, took: readonly [number, number]): Promise<string> {
  let gone = '';
  const go = (which: 0 | 1) => (): Promise<void> => {
    gone += 'ab'[which];
    now += took[which] * 8;
    return Promise.resolve();
  };
  for (let i = 0; i < count; i++) await way.do(8, [go(0), go(1)]);
  return gone;
}

it('each way is tried, then the quicker one is gone, and the other one again now and then', async () => {
  const way = new QuickerWay(clock, 4);
  expect(await turns(way, 11, [5, 2])).toBe('abbbbabbbab');
  // The line became slow where it was quick: that is noticed at once, and the other way is gone from then on.
  expect(await turns(way, 5, [5, 20])).toBe('babaa');
});

it('sizes of turns do not count, and a way that fails keeps what was known of it', async () => {
  const way = new QuickerWay(clock, 100);
  await way.do(1, [() => Promise.resolve((now += 3)), () => Promise.reject(new Error('not this one'))]);
  await way.do(100, [() => Promise.reject(new Error('not this one')), () => Promise.resolve((now += 200))]);
  await expect(way.do(1, [() => Promise.reject(new Error('not this one')), () => Promise.reject(new Error('the share is gone'))])).rejects.toThrow('the share is gone');
  expect(await turns(way, 2, [1, 1])).toBe('bb');
});
