import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drop, exportIt, keep, makeLake, stage } from './acts.ts';
import { expect, test } from './fixture.ts';

const FILES = 5_000;

test('5,000 files: stopped in the middle, gone on with after a reload, kept, exported and checked', async ({ page, program, bad }) => {
  test.setTimeout(420_000);
  const folder = join(program.folder, 'readings');
  for (let day = 0; day < 50; day++) {
    await mkdir(join(folder, `day-${day}`), { recursive: true });
    await Promise.all(Array.from({ length: FILES / 50 }, (_, at) => writeFile(join(folder, `day-${day}`, `reading-${at}.csv`), `day,reading\n${day},${at}\n`)));
  }
  let posts = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/dta/uploads')) posts++;
  });
  await makeLake(page, program.url, 'large');
  await drop(page, [folder]);
  await expect(page.getByText(/^5,000 files, /)).toBeVisible({ timeout: 30_000 });
  await stage(page, 'readings');

  await expect(page.getByText(/\b[1-9]\d{2} of 5,000 files/).first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop: Taking 5,000 files into readings' }).first().click();
  const banner = page.getByText(/^Draft of readings: [\d,]+ files are staged$/);
  await expect(banner).toBeVisible();
  await expect(page.getByText('Drop the same folder again to go on: what is staged is not sent again.')).toBeVisible();
  // Those that were on their way when it was stopped are refused, at most one in each of the four lanes; the browser notes that by itself.
  const refused = bad.filter((line) => /status of 409 .*\/api\/dta\/uploads$/.test(line));
  expect(refused.length).toBeLessThanOrEqual(4);
  bad.splice(0, bad.length, ...bad.filter((line) => !refused.includes(line)));
  await page.reload();
  await expect(banner).toBeVisible();
  const kept = Number(/([\d,]+) files/.exec(await banner.innerText())?.[1]?.replaceAll(',', ''));
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(FILES);

  posts = 0;
  await drop(page, [folder]);
  await page.getByRole('button', { name: 'Stage 5,000 files' }).click();
  await expect(page.getByRole('button', { name: 'Keep as v1' })).toBeEnabled({ timeout: 200_000 });
  expect(posts, 'only what was not kept is sent').toBe(FILES - kept);
  await keep(page, 1, 'All readings');
  await expect(page).toHaveURL(/#\/datasets\/readings\?v=1/, { timeout: 60_000 });

  await exportIt(page, 'readings:v1');
  await expect(page.getByText('5,000 files, ', { exact: false })).toBeVisible();
  await page.getByRole('link', { name: 'Check this package' }).click();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.locator('.answers > div').nth(0)).toContainText('Yes', { timeout: 60_000 });
});
