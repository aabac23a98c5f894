import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { drop, goTo, keep, makeLake, openLake, stage } from './acts.ts';
import { expect, test } from './fixture.ts';
import type { Program } from './program.ts';

/** A new run has a new token, so the page is opened by the address that it printed. */
async function openAgain(page: Page, program: Program, lake: string): Promise<void> {
  await program.again();
  await page.goto('about:blank');
  await openLake(page, program.url, lake);
}

/** What the browser notes by itself of an engine that is away, of one with another token, and of an intake that takes no more. */
const own = /Failed to load resource: (net::ERR|the server responded with a status of (401|409))/;

test.beforeEach(({ page }) => {
  // The browser asks before a page is left whose files are being sent.
  page.on('dialog', (dialog) => void dialog.accept());
});

for (const how of ['killed in the middle', 'killed while it rests'] as const) {
  test(`an intake whose engine is ${how} goes on as the same job when the folder is dropped again`, async ({ page, program, bad }) => {
    test.setTimeout(180_000);
    const files = 1_200;
    const folder = join(program.folder, 'cards');
    await mkdir(folder);
    await Promise.all(Array.from({ length: files }, (_, at) => writeFile(join(folder, `card-${at}.csv`), `card,${at}\n`)));
    await makeLake(page, program.url, 'restart');
    await drop(page, [folder]);
    await stage(page, 'cards');
    await expect(page.getByText(/\b[1-9]\d{2,} of 1,200 files/).first()).toBeVisible({ timeout: 60_000 });
    if (how === 'killed while it rests') {
      await page.getByRole('button', { name: 'Pause: Taking 1,200 files into cards' }).first().click();
      await expect(page.getByText('Paused').first()).toBeVisible();
    }
    await program.kill();
    await openAgain(page, program, 'restart');
    await goTo(page, '/intake/cards');
    await expect(page.getByText('The program ended while files were sent')).toBeVisible();
    const words = page.getByText(/^[\d,]+ files are staged and kept\. Drop the same folder again to go on/);
    await expect(words).toBeVisible();
    const kept = Number(/^([\d,]+)/.exec(await words.innerText())?.[1]?.replaceAll(',', ''));
    expect(kept).toBeGreaterThan(0);
    await expect(page.getByRole('button', { name: 'Keep as v1' })).toBeDisabled();
    await expect(page.getByText('The intake waits for the rest of its files.')).toBeVisible();

    let posts = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/dta/uploads')) posts++;
    });
    await drop(page, [folder]);
    await page.getByRole('button', { name: 'Stage 1,200 files' }).click();
    await expect(page.getByText('The program ended while files were sent')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Keep as v1' })).toBeEnabled({ timeout: 120_000 });
    expect(posts, 'only what was not kept is sent').toBe(files - kept);
    await goTo(page, '/jobs');
    await expect(page.getByRole('row').filter({ hasText: 'Taking 1,200 files into cards' })).toHaveCount(1);
    await goTo(page, '/intake/cards');
    await keep(page, 1, 'All cards');
    await expect(page).toHaveURL(/#\/datasets\/cards\?v=1/, { timeout: 60_000 });
    await expect(page.getByText('1,200 files in v1', { exact: false })).toBeVisible();
    bad.splice(0, bad.length, ...bad.filter((line) => !own.test(line)));
  });
}

test('an intake that lost its engine can be stopped, what is staged kept, and a draft discarded and begun anew', async ({ page, program, bad }) => {
  test.setTimeout(150_000);
  const folder = join(program.folder, 'cards');
  await mkdir(folder);
  await Promise.all(Array.from({ length: 1_000 }, (_, at) => writeFile(join(folder, `card-${at}.csv`), `card,${at}\n`)));
  await makeLake(page, program.url, 'restart');
  await drop(page, [folder]);
  await stage(page, 'cards');
  await expect(page.getByText(/\b[1-9]\d{2,} of 1,000 files/).first()).toBeVisible({ timeout: 60_000 });
  await program.kill();
  await openAgain(page, program, 'restart');
  await goTo(page, '/intake/cards');
  await page.getByRole('button', { name: 'Stop: Taking 1,000 files into cards' }).first().click();
  await expect(page.getByText(/^Draft of cards: [\d,]+ files are staged$/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Keep as v1' })).toBeEnabled();
  await page.getByRole('button', { name: 'Discard…' }).click();
  await page.getByRole('button', { name: 'Discard the draft' }).click();
  await expect(page.getByText('Draft of cards discarded')).toBeVisible();
  await goTo(page, '/intake/cards');
  await expect(page.getByText('There is no draft of cards')).toBeVisible();
  const one = join(program.folder, 'one.csv');
  await writeFile(one, 'one\n');
  await drop(page, [one]);
  await page.getByRole('button', { name: 'Stage 1 file' }).click();
  await keep(page, 1, 'One');
  await expect(page.getByText('1 file in v1', { exact: false })).toBeVisible();
  bad.splice(0, bad.length, ...bad.filter((line) => !own.test(line)));
});
