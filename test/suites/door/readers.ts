import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Asking } from './asking.ts';

/** Readers that are slow, that stop, or that never begin. */
export function slowReaders({ call, key, seen, settled, drain }: Asking): void {
  describe('a reader that is slow or goes', () => {
    it('does not read far ahead of a reader that stands still', async () => {
      const mine = key();
      const response = await call(`/bytes?size=200000000&chunk=65536&zero=1&key=${mine}`);
      const reader = response.body?.getReader();
      await reader?.read();
      await after(400);
      const { produced } = await seen(mine);
      await after(200);
      expect((await seen(mine)).produced).toBe(produced);
      expect(produced).toBeLessThan(16 * 1_048_576);
      await reader?.cancel();
    });

    it('goes on when the reader goes on', async () => {
      const response = await call(`/bytes?size=4000000&key=${key()}`);
      await after(200);
      expect(await drain(response)).toBe(4_000_000);
    });

    it('stops the source when the body is cancelled after the first byte', async () => {
      const mine = key();
      const response = await call(`/bytes?size=1000000000&zero=1&key=${mine}`);
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel('enough');
      expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
    });

    it('stops the source when the body is cancelled before the first byte is read', async () => {
      const mine = key();
      const response = await call(`/bytes?size=1000000000&zero=1&key=${mine}`);
      await response.body?.cancel();
      expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
    });

    it('tells the handler when a request is aborted before its answer has begun', async () => {
      const mine = key();
      const controller = new AbortController();
      const waiting = call(`/wait?ms=60000&key=${mine}`, { signal: controller.signal });
      await after(100);
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
      expect(await settled(async () => (await seen(mine)).aborted)).toBe(true);
    });

    it('rejects a request whose signal was aborted before it was asked', async () => {
      const mine = key();
      await expect(call(`/bytes?size=10&key=${mine}`, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
      expect(await seen(mine)).toMatchObject({ produced: 0 });
    });

    it('breaks the body off, and does not end it, when its request is aborted in the middle', async () => {
      const mine = key();
      const controller = new AbortController();
      const response = await call(`/drip?key=${mine}`, { signal: controller.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      const next = (async () => {
        for (;;) if ((await reader?.read())?.done === true) return 'complete';
      })();
      controller.abort();
      await expect(next).rejects.toMatchObject({ name: 'AbortError' });
      expect(await settled(async () => (await seen(mine)).cancelled)).toBe(true);
    });

    it('carries on with others after many were aborted', async () => {
      const gone = Array.from({ length: 30 }, async (_, at) => {
        const controller = new AbortController();
        const asked = call(`/wait?ms=60000&key=${key()}`, { signal: controller.signal });
        setTimeout(() => controller.abort(), at);
        await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
      });
      await Promise.all(gone);
      expect(await (await call('/json')).json()).toMatchObject({ ok: true });
    });

    it('takes an abort after the answer is complete for nothing', async () => {
      const controller = new AbortController();
      const response = await call('/json', { signal: controller.signal });
      expect(await response.json()).toMatchObject({ ok: true });
      controller.abort();
      expect(await (await call('/json')).json()).toMatchObject({ ok: true });
    });
  });
}
