import { describe, expect, it } from 'vitest';
import type { Asking } from './asking.ts';

/** What an answer is: status, headers, small bodies, and what came with the request. */
export function answers({ call }: Asking): void {
  describe('answers', () => {
    it('brings a JSON document unchanged', async () => {
      const response = await call('/json');
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toEqual({ ok: true, number: 9007199254740991, text: 'é☃😀' });
    });

    it.each([200, 201, 202, 206, 404, 409, 416, 422, 500, 503, 507])('brings the status %i', async (status) => {
      const response = await call(`/status?status=${status}`);
      expect([response.status, await response.text()]).toEqual([status, 'there']);
    });

    it('brings an answer without a body', async () => {
      const response = await call('/nothing');
      expect([response.status, response.body, await response.text()]).toEqual([204, null, '']);
    });

    it('brings an empty body', async () => {
      const response = await call('/empty');
      expect([response.status, await response.text()]).toEqual([200, '']);
    });

    it('brings a problem with its type', async () => {
      const response = await call('/problem');
      expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([404, 'application/problem+json', { code: 'DATASET_UNKNOWN' }]);
    });

    it('keeps headers that stand twice apart', async () => {
      const { headers } = await call('/cookies');
      expect(headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
      expect(headers.get('x-many')).toBe('one, two');
    });

    it.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])('asks with the method %s', async (method) => {
      expect(await (await call('/echo', { method })).json()).toMatchObject({ method });
    });

    it('answers HEAD without a body', async () => {
      const response = await call('/json', { method: 'HEAD' });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    });

    it('brings path, query and headers to the other side', async () => {
      const response = await call('/echo?a=%2F&b=%C3%A9&c=1+2', { headers: { 'x-request-id': 'r-1', range: 'bytes=0-9', 'last-event-id': '41' } });
      const told = (await response.json()) as { search: string; headers: [string, string][] };
      expect(told.search).toBe('?a=%2F&b=%C3%A9&c=1+2');
      expect(told.headers).toEqual(expect.arrayContaining([['x-request-id', 'r-1'], ['range', 'bytes=0-9'], ['last-event-id', '41']]));
    });

    it('tells nothing of an exception but that there was one', async () => {
      const told = await call('/throw').then(
        async (response) => `${response.status} ${await response.text()}`,
        (error: Error) => error.message,
      );
      expect(told).not.toContain('secret');
      expect(told).toMatch(/^500 |could not be answered/);
    });
  });
}
