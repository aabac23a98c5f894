import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Asking } from './asking.ts';

/** Streams that stay open. */
export function eventStreams({ call, key, seen, settled }: Asking): void {
  describe('events', () => {
    it('arrive one by one, while the stream is open', async () => {
      const response = await call(`/events?count=5&every=60&key=${key()}`);
      const times: number[] = [];
      let text = '';
      for await (const chunk of response.body ?? []) {
        times.push(performance.now());
        text += Buffer.from(chunk as Uint8Array).toString();
      }
      expect(text.match(/^id: \d$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4', 'id: 5']);
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(150);
    });

    it('stop when the page that listens goes', async () => {
      const mine = key();
      const response = await call(`/events?count=100000&every=5&key=${mine}`);
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel();
      expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
      const { produced } = await seen(mine);
      await after(100);
      expect((await seen(mine)).produced - produced).toBeLessThan(3);
    });

    it('do not hold up other requests', async () => {
      const response = await call(`/events?count=100000&every=5&key=${key()}`);
      const begun = performance.now();
      for (let turn = 0; turn < 20; turn++) await (await call('/json')).json();
      expect(performance.now() - begun).toBeLessThan(5_000);
      await response.body?.cancel();
    });

    it('of a page that is loaded again come from the new stream only', async () => {
      const [first, second] = [key(), key()];
      const before = await call(`/events?count=100000&every=5&key=${first}`);
      await before.body?.cancel();
      const again = await call(`/events?count=3&every=5&key=${second}`);
      expect((await again.text()).match(/^id: \d+$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3']);
    });
  });
}
