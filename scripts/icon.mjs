import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { root } from './places.mjs';

/** `node scripts/icon.mjs`: draws resources/icon.png, 512 × 512 with a clear ground, from resources/icon.svg, by a Chromium that is on this computer (HMS_WEB_BROWSER names it). */
const program = [process.env.HMS_WEB_BROWSER, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => file !== undefined && existsSync(file));
const browser = await chromium.launch({ ...(program === undefined ? {} : { executablePath: program }), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
const page = await browser.newPage({ viewport: { width: 512, height: 512 } });
await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${readFileSync(join(root, 'resources', 'icon.svg'), 'utf8')}`);
const png = await page.screenshot({ omitBackground: true });
await browser.close();
writeFileSync(join(root, 'resources', 'icon.png'), png);
console.log(`resources/icon.png: ${png.length} bytes`);
