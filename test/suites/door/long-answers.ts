import { describe, expect, it } from 'vitest';
import { pattern } from '../transport-handler.ts';
import type { Asking } from './asking.ts';

/** Long bodies: unchanged at every size, and memory that stays flat while they pass. */
export function longAnswers({ call, key, hashOf, drain }: Asking, large: number): void {
  describe('long answers', () => {
    it.each([0, 1, 65_535, 65_536, 262_144, 262_145, 1_048_576, 1_048_577, 5_000_001])('brings %i bytes unchanged', async (size) => {
      const response = await call(`/bytes?size=${size}&chunk=100000&key=${key()}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect([bytes.length, hashOf(bytes)]).toEqual([size, hashOf(pattern(0, size))]);
    });

    it('brings chunks of every length in order', async () => {
      const bytes = new Uint8Array(await (await call('/odd-chunks')).arrayBuffer());
      expect(hashOf(bytes)).toBe(hashOf(pattern(0, 1_638_413)));
    });

    it('brings a chunk larger than the window', async () => {
      const bytes = new Uint8Array(await (await call(`/bytes?size=9000000&chunk=9000000&key=${key()}`)).arrayBuffer());
      expect(hashOf(bytes)).toBe(hashOf(pattern(0, 9_000_000)));
    });

    it('brings many small chunks', async () => {
      const bytes = new Uint8Array(await (await call(`/bytes?size=40000&chunk=10&key=${key()}`)).arrayBuffer());
      expect(hashOf(bytes)).toBe(hashOf(pattern(0, 40_000)));
    });

    it('brings a view into a large buffer as what it shows', async () => {
      const bytes = new Uint8Array(await (await call('/view')).arrayBuffer());
      expect([bytes.length, bytes.every((byte) => byte === 7), bytes.buffer.byteLength < 20_000]).toEqual([1_001, true, true]);
    });

    it('brings buffers of a pool', async () => {
      expect(await (await call('/pooled')).text()).toBe('one,two,three');
    });

    it(`keeps memory flat on both sides while ${large / 1_048_576} MiB pass`, { timeout: 600_000 }, async () => {
      const rss = async (): Promise<number> => ((await (await call('/memory')).json()) as { rss: number }).rss;
      await drain(await call(`/bytes?size=67108864&chunk=262144&zero=1&key=${key()}`));
      const [here, there] = [process.memoryUsage().rss, await rss()];
      expect(await drain(await call(`/bytes?size=${large}&chunk=262144&zero=1&key=${key()}`))).toBe(large);
      expect(process.memoryUsage().rss - here).toBeLessThan(128 * 1_048_576);
      expect((await rss()) - there).toBeLessThan(128 * 1_048_576);
    });
  });
}
