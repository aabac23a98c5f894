import { defineConfig } from '@playwright/test';

const result = process.env['HMS_WEB_RESULT'];

/** The screens in a real Chromium, against the built product. Started by scripts/web.mjs, which finds the browser and builds what is needed. */
export default defineConfig({
  testDir: '.',
  testMatch: process.env['HMS_WEB_SHOTS'] === undefined ? '*.web.ts' : 'shots.ts',
  outputDir: '../../out/web-tests',
  // Two engines at once would share two cores and measure each other.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: result === undefined ? 'list' : [['list'], ['json', { outputFile: result }]],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    timezoneId: 'America/Chicago',
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(process.env['HMS_WEB_BROWSER'] === undefined ? {} : { executablePath: process.env['HMS_WEB_BROWSER'] }),
      // Chromium refuses its sandbox to root.
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    },
  },
});
