import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { drop, exportIt, goTo, openLake } from './acts.ts';
import { expect, test } from './fixture.ts';

const out = fileURLToPath(new URL('../../docs/screens/', import.meta.url));
const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Pictures for docs/screens: `npm run shots`. Public federal data out of ../shared/data; kept are those that the documents show. */
test('screens with federal data', async ({ page, program }) => {
  test.skip(!existsSync(data), 'the data beside the checkout, ../shared/data, is not there');
  test.setTimeout(300_000);
  await mkdir(out, { recursive: true });
  const lake = join(program.home, 'field-safety-records');
  const env = { HMS_LAKE: lake };
  await program.hms(['dta', 'init', lake, '--zone', 'America/Chicago']);
  await program.hms(['dta', 'ingest', 'FAA-birdstrikes', join(data, 'birdstrikes.csv'), '-m', 'Wildlife strikes as the FAA published them', '--tag', 'raw'], env);
  await program.hms(['dta', 'ingest', 'USGS-earthquakes', join(data, 'earthquakes.json'), '-m', 'Earthquakes of a month, GeoJSON', '--tag', 'raw'], env);
  await program.hms(['dta', 'ingest', 'NOAA-normals', join(data, 'seattle-weather-hourly-normals.csv'), '-m', 'Hourly normals, Seattle', '--tag', 'raw'], env);
  await program.hms(['dta', 'ingest', 'NOAA-normals', join(data, 'species.csv'), '-m', 'List of species added'], env);
  await program.hms(['dta', 'put', 'FAA-birdstrikes', join(data, 'species.csv')], env);
  await openLake(page, program.url, 'field-safety-records');

  await goTo(page, '/');
  await shoot(page, '1-home', 'all');
  await drop(page, ['birdstrikes.csv', 'earthquakes.json', 'species.csv'].map((name) => join(data, name)));
  await expect(page.getByRole('button', { name: /^Stage / })).toBeVisible();
  await shoot(page, '2-intake', 'light');
  await page.getByRole('button', { name: /Take none/ }).click();
  await goTo(page, '/intake/FAA-birdstrikes');
  await expect(page.getByRole('button', { name: 'Keep as v2' })).toBeEnabled();
  await shoot(page, '3-draft', 'dark');
  await goTo(page, '/datasets/NOAA-normals');
  await expect(page.getByRole('heading', { level: 1, name: 'NOAA-normals' })).toBeVisible();
  await shoot(page, '4-dataset', 'all');
  await goTo(page, '/export/NOAA-normals%3Av2');
  await shoot(page, '5-export', 'light');
  await exportIt(page, 'NOAA-normals:v2');
  await shoot(page, '6-package', 'light');
  await page.getByRole('link', { name: 'Check this package' }).click();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.locator('.answers > div')).toHaveCount(4, { timeout: 60_000 });
  await shoot(page, '7-report', 'all');
  await goTo(page, '/ledger?entry=3');
  await shoot(page, '8-ledger', 'light');
});

async function shoot(page: Page, name: string, which: 'all' | 'light' | 'dark'): Promise<void> {
  const forms = [
    { theme: 'light', width: 1280, height: 800 },
    { theme: 'dark', width: 1280, height: 800 },
  ] as const;
  for (const { theme, width, height } of forms.filter((form) => which === 'all' || form.theme === which)) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await expect(page.locator('.loading')).toHaveCount(0);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(out, `${name}-${theme}.png`) });
  }
}
