import { describe, expect, it } from 'vitest';
import type { Asking } from './asking.ts';

/** An answer whose source fails. */
export function brokenAnswers({ call }: Asking): void {
  describe('an answer that breaks', () => {
    it('breaks off where its source fails in the middle', async () => {
      const response = await call('/break?size=300000');
      expect(response.status).toBe(200);
      await expect(response.arrayBuffer()).rejects.toThrow();
    });

    it('breaks off where its source fails before the first byte', async () => {
      const told = await call('/break-at-once').then(async (response) => (response.status === 500 ? 'status 500' : response.text().catch(() => 'broken')), () => 'rejected');
      expect(['broken', 'rejected', 'status 500']).toContain(told);
    });

    it('says nothing of why to the other side', async () => {
      const error = await call('/break?size=2048').then((response) => response.text()).then(() => null, (reason: unknown) => reason);
      expect(String(error)).not.toContain('secret');
      expect(error).not.toBeNull();
    });

    it('answers others all the same', async () => {
      const [broken, whole] = await Promise.allSettled([call('/break?size=4096').then((response) => response.text()), call('/json').then((response) => response.json())]);
      expect([broken.status, whole.status]).toEqual(['rejected', 'fulfilled']);
    });
  });
}
