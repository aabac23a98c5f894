import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Asking } from './asking.ts';

/** The other end ends by itself. */
export function otherEndEnds({ open, name }: Asking): void {
  describe('the other end ends', () => {
    it('tells calls that wait, bodies that are read, and calls that come later', async (ctx) => {
      const other = await open();
      const { kill } = other;
      if (kill === null) {
        await other.close();
        return ctx.skip(`over ${name} there is no other process that could end by itself`);
      }
      const ask = (path: string): Promise<Response> => other.fetch(new Request(`${other.base}${path}`));
      const waiting = ask('/wait?ms=60000').then(() => null, (error: unknown) => error);
      const reading = (await ask('/drip?key=lost')).text().then(() => null, (error: unknown) => error);
      await after(50);
      await kill();
      expect(await waiting).toMatchObject({ code: 'ENGINE_LOST' });
      expect(await reading).toMatchObject({ code: 'ENGINE_LOST' });
      await expect(ask('/json')).rejects.toMatchObject({ code: 'ENGINE_LOST' });
      await other.close();
    });
  });
}
