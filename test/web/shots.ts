import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { drop, exportIt, goTo, openLake } from './acts.ts';
import { expect, test } from './fixture.ts';

/** A folder for all pictures; without one, docs/screens and only what the documents show. */
const all = process.env['HMS_WEB_SHOTS'] === '1' ? null : (process.env['HMS_WEB_SHOTS'] ?? null);
const out = all ?? fileURLToPath(new URL('../../docs/screens/', import.meta.url));
const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Pictures of the screens: `npm run shots`, with public federal data out of ../shared/data. */
test('screens with federal data', async ({ page, program }) => {
  expect(existsSync(data), 'the data beside the checkout, ../shared/data').toBe(true);
  test.setTimeout(600_000);
  await mkdir(out, { recursive: true });
  const lake = join(program.home, 'field-safety-records');
  const env = { HMS_LAKE: lake };
  await program.hms(['dta', 'init', lake, '--zone', 'America/Chicago']);
  await program.hms(['dta', 'ingest', 'FAA-birdstrikes', join(data, 'birdstrikes.csv'), '-m', 'Wildlife strikes as the FAA published them', '--tag', 'raw'], env);
  await program.hms(['dta', 'ingest', 'USGS-earthquakes', join(data, 'earthquakes.json'), '-m', 'Earthquakes of a month, GeoJSON', '--tag', 'raw'], env);
  await program.hms(['dta', 'ingest', 'NOAA-normals', join(data, 'seattle-weather-hourly-normals.csv'), '-m', 'Hourly normals, Seattle', '--tag', 'raw'], env);
  await program.hms(['dta', 'ingest', 'NOAA-normals', join(data, 'species.csv'), '-m', 'List of species added'], env);
  await program.hms(['dta', 'put', 'FAA-birdstrikes', join(data, 'species.csv')], env);
  await page.goto(program.url);
  await expect(page.getByRole('button', { name: /^Open / })).toBeVisible();
  await shoot(page, '0-start');
  await openLake(page, program.url, 'field-safety-records');

  await goTo(page, '/');
  await shoot(page, '1-home', 'light', 'dark');
  await goTo(page, '/datasets');
  await shoot(page, '1-datasets');
  await goTo(page, '/intake');
  await shoot(page, '2-drop');
  await drop(page, ['birdstrikes.csv', 'earthquakes.json', 'species.csv'].map((name) => join(data, name)));
  await expect(page.getByRole('button', { name: /^Stage / })).toBeVisible();
  await shoot(page, '2-intake', 'light');
  await page.getByRole('button', { name: /Take none/ }).click();
  await goTo(page, '/intake/FAA-birdstrikes');
  await expect(page.getByRole('button', { name: 'Keep as v2' })).toBeEnabled();
  await shoot(page, '3-draft', 'dark');
  await goTo(page, '/datasets/NOAA-normals?file=species.csv');
  await expect(page.getByRole('heading', { level: 1, name: 'NOAA-normals' })).toBeVisible();
  await shoot(page, '4-dataset', 'light', 'dark');
  for (const tab of ['changes', 'ancestry', 'description', 'exports']) {
    await goTo(page, `/datasets/NOAA-normals?tab=${tab}`);
    await shoot(page, `4-dataset-${tab}`);
  }
  await goTo(page, '/export/NOAA-normals%3Av2');
  await shoot(page, '5-export', 'light');
  await exportIt(page, 'NOAA-normals:v2');
  await shoot(page, '6-package', 'light');
  await page.getByRole('link', { name: 'Check this package' }).click();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.locator('.answers > div')).toHaveCount(4, { timeout: 60_000 });
  await shoot(page, '7-report', 'light', 'dark');
  await goTo(page, '/ledger?entry=3');
  await shoot(page, '8-ledger', 'light');
  await goTo(page, '/jobs');
  await shoot(page, '9-jobs');
});

/** `kept`: the themes in which the documents show it, at 1280x800. */
async function shoot(page: Page, name: string, ...kept: readonly ('light' | 'dark')[]): Promise<void> {
  const forms = (['light', 'dark'] as const).flatMap((theme) => [
    { theme, width: 1280, height: 800, file: `${name}-${theme}.png`, isKept: kept.includes(theme) },
    { theme, width: 1920, height: 1080, file: `${name}-1920-${theme}.png`, isKept: false },
  ]);
  for (const { theme, width, height, file } of forms.filter(({ isKept }) => isKept || all !== null)) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await expect(page.locator('.loading')).toHaveCount(0);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(out, file) });
  }
}
