import { describe, expect, it } from 'vitest';
import { pattern } from '../transport-handler.ts';
import type { Asking } from './asking.ts';

/** Many requests at once. */
export function manyAtOnce({ call, key, post, hashOf }: Asking): void {
  describe('many at once', () => {
    it('keeps fifty streams apart', async () => {
      const sizes = Array.from({ length: 50 }, (_, at) => 100_000 + at * 7_001);
      const hashes = await Promise.all(sizes.map(async (size) => hashOf(new Uint8Array(await (await call(`/bytes?size=${size}&chunk=30011&key=${key()}`)).arrayBuffer()))));
      expect(hashes).toEqual(sizes.map((size) => hashOf(pattern(0, size))));
    });

    it('keeps fifty uploads apart', async () => {
      const sizes = Array.from({ length: 50 }, (_, at) => 50_000 + at * 3_001);
      const sums = await Promise.all(sizes.map(async (size) => (await (await post(`/sum?key=${key()}`, pattern(0, size))).json()) as { sha256: string }));
      expect(sums.map(({ sha256 }) => sha256)).toEqual(sizes.map((size) => hashOf(pattern(0, size))));
    });

    it('lets a small request pass streams that nobody reads', async () => {
      const stalled = await Promise.all(Array.from({ length: 5 }, () => call(`/bytes?size=100000000&zero=1&key=${key()}`)));
      expect(await (await call('/json')).json()).toMatchObject({ ok: true });
      await Promise.all(stalled.map(async (response) => response.body?.cancel()));
    });

    it('answers a thousand small requests, one after the other', async () => {
      for (let turn = 0; turn < 1_000; turn++) expect((await (await call('/nothing')).text()).length).toBe(0);
    });
  });
}
