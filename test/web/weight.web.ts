import { gzipSync } from 'node:zlib';
import { expect, test } from './fixture.ts';

const MOST_BYTES = 250_000;

test('the start page is usable with less than 250 kB of script, gzipped', async ({ page, program }) => {
  const scripts = new Map<string, Promise<Buffer>>();
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js')) scripts.set(response.url(), response.body());
  });
  const begun = Date.now();
  await page.goto(program.url);
  await expect(page.getByRole('button', { name: 'Make the lake' })).toBeEnabled();
  const ms = Date.now() - begun;
  const sizes = await Promise.all([...scripts.values()].map(async (body) => gzipSync(await body).length));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`start page: usable after ${ms} ms; ${scripts.size} scripts, ${bytes.toLocaleString('en-US')} bytes gzipped`);
  expect(bytes).toBeLessThan(MOST_BYTES);
});
