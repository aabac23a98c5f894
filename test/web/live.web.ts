import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { goTo, openLake } from './acts.ts';
import { expect, listen, test } from './fixture.ts';
import { seed } from './seed.ts';

test('two tabs and another program: the screen follows what others commit', async ({ page, program, context, bad }) => {
  const lake = await seed(program);
  await openLake(page, program.url, 'seeded');
  const other = await context.newPage();
  await listen(other, bad);
  await other.goto(program.url);
  await expect(other.getByRole('navigation', { name: 'Lake' })).toBeVisible();
  await goTo(page, '/datasets');
  await goTo(other, '/datasets');
  for (const tab of [page, other]) await expect(tab.getByRole('row').filter({ hasText: 'letters' })).toContainText('v1');

  const more = join(program.folder, 'more.txt');
  await writeFile(more, 'From another desk.\n');
  await program.hms(['dta', 'ingest', 'elsewhere', more, '-m', 'By another program'], { HMS_LAKE: lake });
  for (const tab of [page, other]) await expect(tab.getByRole('row').filter({ hasText: 'elsewhere' })).toContainText('v1', { timeout: 15_000 });

  await goTo(other, '/intake/letters');
  await other.getByRole('button', { name: 'Keep as v2' }).click();
  await expect(other).toHaveURL(/datasets\/letters\?v=2/);
  await expect(page.getByRole('row').filter({ hasText: 'letters' })).toContainText('v2');
  await other.close();
});

test('the engine is gone: a banner says what is kept, and goes when it answers again', async ({ page, program, bad }) => {
  await seed(program);
  await openLake(page, program.url, 'seeded');
  await program.kill();
  const banner = page.getByText('The connection to the engine was lost');
  await expect(banner).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText('Nothing in the lake is lost.', { exact: false }).first()).toBeVisible();
  await program.again();
  // A new run has a new token: the page of before is told to be opened anew, by the address that was printed.
  await expect(page.getByText('This page was opened without its key')).toBeVisible({ timeout: 25_000 });
  await page.goto(program.url);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Open seeded', exact: true }).or(page.getByRole('navigation', { name: 'Lake' })).first()).toBeVisible();
  // What the browser notes by itself of an engine that is away, and of one that refuses the token of before.
  const own = bad.filter((line) => !/Failed to load resource: (net::ERR|the server responded with a status of 401)/.test(line));
  bad.splice(0, bad.length, ...own);
});
