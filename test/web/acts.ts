import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

/** What a person does on the screens, as a test says it. */

/** Drops files and folders of this computer in the middle of the window, through the browser's own drag and drop. */
export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  await hover(page, paths);
  await letGo(page, paths);
}

/** Holds them there. */
export async function hover(page: Page, paths: readonly string[]): Promise<void> {
  await drag(page, paths, ['dragEnter', 'dragOver']);
  await expect(page.locator('.window-drop')).toBeVisible();
}

/** Lets go of them there. Until then a browser tells the page again and again what is over it. */
export async function letGo(page: Page, paths: readonly string[]): Promise<void> {
  await drag(page, paths, ['dragOver', 'drop']);
}

async function drag(page: Page, paths: readonly string[], types: readonly ('dragEnter' | 'dragOver' | 'drop')[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const size = page.viewportSize() ?? { width: 1280, height: 800 };
  const at = { x: size.width / 2, y: size.height / 2 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of types) await session.send('Input.dispatchDragEvent', { type, ...at, data });
  await session.detach();
}

export async function makeLake(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Make the lake' }).click();
  await expect(page.getByRole('navigation', { name: 'Lake' })).toBeVisible();
}

/** Says which dataset the files that were dropped belong to, and begins. */
export async function stage(page: Page, dataset: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Id of the dataset' }).fill(dataset);
  await page.getByRole('button', { name: /^Stage [\d,]+ files?$/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: dataset })).toBeVisible();
}

export async function keep(page: Page, version: number, message: string): Promise<void> {
  const button = page.getByRole('button', { name: `Keep as v${version}` });
  await expect(button).toBeEnabled({ timeout: 60_000 });
  await page.getByRole('textbox', { name: 'Message' }).fill(message);
  await button.click();
}

/** Makes a package of a version, all files, signed by the workstation. */
export async function exportIt(page: Page, ref: string): Promise<void> {
  await goTo(page, `/export/${encodeURIComponent(ref)}`);
  await page.getByRole('button', { name: 'Make the package' }).click();
  await expect(page.getByRole('button', { name: 'Download the package' })).toBeVisible({ timeout: 60_000 });
}

/** Another screen by its address, as a link leads to it: the page stays. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, address);
}

/** Opens a lake that the start page knows. */
export async function openLake(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: `Open ${name}`, exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'Lake' })).toBeVisible();
}
