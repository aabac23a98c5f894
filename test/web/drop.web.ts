import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { drop, hover, letGo, makeLake, openLake } from './acts.ts';
import { expect, test } from './fixture.ts';
import type { Program } from './program.ts';
import { seed } from './seed.ts';

/** Drops of files at moments at which it is easy to lose them. */

async function letter(program: Program): Promise<string> {
  const file = join(program.folder, 'letter.txt');
  await writeFile(file, 'Dear officer\n');
  return file;
}

/** The files are at the intake, and wait for the person. */
async function isPicked(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Stage 1 file' })).toBeVisible();
  await expect(page).toHaveURL(/#\/intake$/);
}

/** Holds back the answers to what is asked at such addresses until `release` is called. */
async function hold(page: Page, address: RegExp): Promise<{ readonly asked: Promise<unknown>; release(): void }> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let isAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  await page.route(address, async (route) => {
    const response = await route.fetch();
    isAsked();
    await held;
    await route.fulfill({ response });
  });
  return { asked, release: () => release() };
}

test('files dropped while the state of the lake is being asked for are at the intake', async ({ page, program }) => {
  const file = await letter(program);
  await seed(program);
  await page.goto(program.url);
  await expect(page.getByRole('button', { name: 'Open seeded', exact: true })).toBeVisible();
  const state = await hold(page, /\/api\/dta\/lake$/);
  await page.getByRole('button', { name: 'Open seeded', exact: true }).click();
  await state.asked;
  await drop(page, [file]);
  state.release();
  await isPicked(page);
});

test('files dropped after a lake shows and before its opening is answered are at the intake', async ({ page, program }) => {
  const file = await letter(program);
  await seed(program);
  const opening = await hold(page, /\/api\/dta\/lakes\/[^/]+\/open$/);
  const screen = await hold(page, /\/assets\/intake-screen-[^/]+\.js$/);
  const answered = page.waitForResponse(/\/api\/dta\/lakes\/[^/]+\/open$/);
  await openLake(page, program.url, 'seeded');
  await drop(page, [file]);
  await screen.asked;
  // The answer comes while the intake's screen is on its way, so that the start page is still there to take it.
  opening.release();
  await answered;
  screen.release();
  await isPicked(page);
});

test('files dropped where the page below them has just been replaced are at the intake', async ({ page, program }) => {
  const file = await letter(program);
  await makeLake(page, program.url, 'replaced');
  await page.evaluate(() => {
    const below = document.createElement('div');
    below.id = 'below';
    below.style.cssText = 'position: fixed; inset: 0; z-index: 10';
    const inner = document.createElement('p');
    inner.style.cssText = 'position: absolute; inset: 0; margin: 0';
    inner.textContent = 'below';
    below.append(inner);
    document.body.append(below);
  });
  await hover(page, [file]);
  await expect(page.getByText('Drop the files here.', { exact: false })).toBeVisible();
  await page.evaluate(() => document.querySelector('#below')?.remove());
  await letGo(page, [file]);
  await isPicked(page);
});

test('without a lake a drag says to open one first, and a drop neither leaves the page nor is taken', async ({ page, program }) => {
  const file = await letter(program);
  await page.goto(program.url);
  await expect(page.getByRole('button', { name: 'Make the lake' })).toBeVisible();
  await hover(page, [file]);
  await expect(page.getByText('Open or make a lake first; then drop the files.')).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await drop(page, [file]);
  await expect(page.getByText('Open or make a lake first; then drop the files.')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Make the lake' })).toBeVisible();
});

test('over a lake that is read-only a drag says that no files can be dropped', async ({ page, program }) => {
  const file = await letter(program);
  await program.hms(['dta', 'init', join(program.home, 'of-others')], { HMS_PROFILE: join(program.folder, 'other-profile') });
  await openLake(page, program.url, 'of-others');
  await hover(page, [file]);
  await expect(page.getByText('This lake is read-only from here: no files can be dropped.')).toBeVisible();
  await drop(page, [file]);
  await expect(page.getByText('This lake is read-only from here: no files can be dropped.')).toHaveCount(0);
});
