import { defineConfig } from '@playwright/test';

/** `npx playwright test --config test/electron/playwright.config.ts`, after `npm run build`. */
export default defineConfig({ testDir: '.', testMatch: '*.test.ts', workers: 1, timeout: 60_000, reporter: 'list' });
