import { createHash } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pattern } from '../transport-handler.ts';
import type { Asking } from './asking.ts';

/** Bodies that go up: whole, slow, unread, broken off. */
export function uploads({ key, seen, post, hashOf, settled }: Asking, large: number): void {
  describe('uploads', () => {
    it('brings a text up', async () => {
      expect(await (await post('/text', 'é☃😀')).text()).toBe('é☃😀');
    });

    it('brings bytes up and back unchanged', async () => {
      const sent = pattern(0, 3_000_000);
      expect(hashOf(new Uint8Array(await (await post('/body', sent)).arrayBuffer()))).toBe(hashOf(sent));
    });

    it('brings a form with a file up', async () => {
      const form = new FormData();
      form.set('program_id', 'WF-2024');
      form.set('file', new File([pattern(0, 200_000)], 'sensorA.csv'));
      expect(await (await post('/form', form)).json()).toEqual({ program: 'WF-2024', name: 'sensorA.csv', size: 200_000 });
    });

    it(`brings ${large / 4_194_304} MiB up in a stream, with their hash`, { timeout: 300_000 }, async () => {
      const size = large / 4;
      const hash = createHash('sha256');
      let sent = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (sent >= size) return controller.close();
          const bytes = new Uint8Array(262_144).fill(sent / 262_144);
          sent += bytes.length;
          hash.update(bytes);
          controller.enqueue(bytes);
        },
      });
      expect(await (await post(`/sum?key=${key()}`, stream)).json()).toEqual({ size, sha256: hash.digest('hex') });
    });

    it('does not read far ahead of a handler that reads slowly', async () => {
      let sent = 0;
      const controller = new AbortController();
      const mine = key();
      const stream = new ReadableStream<Uint8Array>(
        {
          async pull(source) {
            await after(1);
            // Node's own client does not give up an upload that waits for the other side to read, so the source ends too.
            if (controller.signal.aborted) return source.close();
            sent += 65_536;
            source.enqueue(new Uint8Array(65_536));
          },
        },
        { highWaterMark: 0 },
      );
      const asked = post(`/sum-slowly?key=${mine}`, stream, { signal: controller.signal }).catch(() => undefined);
      await after(500);
      const { received } = await seen(mine);
      expect(received).toBeGreaterThan(0);
      expect(sent - received).toBeLessThan(16 * 1_048_576);
      controller.abort();
      void asked;
    });

    it('answers a request whose body nobody reads', async () => {
      expect(await (await post('/ignore', pattern(0, 100_000))).json()).toEqual({ ignored: true });
    });

    it('stops reading an upload that the handler has enough of', async () => {
      let sent = 0;
      const stream = new ReadableStream<Uint8Array>(
        {
          async pull(source) {
            await after(1);
            sent += 65_536;
            if (sent > 500_000_000) source.close();
            else source.enqueue(new Uint8Array(65_536));
          },
        },
        { highWaterMark: 0 },
      );
      const told = await post('/read-some', stream).then((response) => response.json(), () => 'cut off');
      // Over HTTP the connection may be closed under what is still being sent.
      expect(told === 'cut off' || JSON.stringify(told) === '{"read":true}').toBe(true);
      await after(100);
      const at = sent;
      await after(300);
      expect(sent - at).toBeLessThan(2 * 1_048_576);
    });

    it('tells the handler where an upload breaks off', async () => {
      const mine = key();
      let sent = 0;
      const stream = new ReadableStream<Uint8Array>({
        async pull(source) {
          await after(5);
          sent += 1;
          if (sent > 10) source.error(new Error('the disk is gone'));
          else source.enqueue(new Uint8Array(10_000));
        },
      });
      await expect(post(`/sum?key=${mine}`, stream)).rejects.toThrow();
      expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
    });

    it('tells the handler where an upload is aborted', async () => {
      const mine = key();
      const controller = new AbortController();
      const stream = new ReadableStream<Uint8Array>({
        async pull(source) {
          await after(5);
          source.enqueue(new Uint8Array(10_000));
        },
      });
      const asked = post(`/sum?key=${mine}`, stream, { signal: controller.signal });
      setTimeout(() => controller.abort(), 150);
      await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
      expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
    });

    it('brings an empty upload', async () => {
      expect(await (await post(`/sum?key=${key()}`, new ReadableStream({ start: (source) => source.close() }))).json()).toMatchObject({ size: 0 });
    });
  });
}
