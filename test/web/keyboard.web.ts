import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixture.ts';

/** More stops than any screen has. */
const STOPS = 60;

/** Presses Tab until the part has the focus; that it shows is part of the test. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible({ timeout: 30_000 });
  for (let stop = 0; stop < STOPS; stop++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      const ring = await target.evaluate((element) => {
        const shown = (one: Element | null): boolean => one !== null && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
        return shown(element) || shown(element.closest('.field-box')) || shown(element.closest('label')) || shown(element.closest('label')?.querySelector('.radio-mark, .checkbox-box') ?? null);
      });
      expect(ring, `${String(target)} shows that it has the focus`).toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`No Tab leads to ${String(target)}.`);
}

test('from the start page to a checked package without a mouse', async ({ page, program }) => {
  const folder = join(program.folder, 'notes');
  await mkdir(folder);
  await writeFile(join(folder, 'a.txt'), 'one\n');
  await writeFile(join(folder, 'b.txt'), 'two\n');
  const { keyboard } = page;
  // Files are asked for through the browser's debugger as long as somebody listens. Who begins to listen and presses a key at once may be too late: the two take different ways.
  page.on('filechooser', () => undefined);
  await page.goto(program.url);
  await tabTo(page, page.getByRole('textbox', { name: 'Name' }));
  await keyboard.type('keys');
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();

  await tabTo(page, page.getByRole('link', { name: 'Intake' }));
  await keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Choose files…' }));
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), keyboard.press('Enter')]);
  await chooser.setFiles([join(folder, 'a.txt'), join(folder, 'b.txt')]);
  await tabTo(page, page.getByRole('textbox', { name: 'Id of the dataset' }));
  await keyboard.type('notes');
  await tabTo(page, page.getByRole('button', { name: 'Stage 2 files' }));
  await keyboard.press('Enter');

  await expect(page.getByRole('button', { name: 'Keep as v1' })).toBeEnabled({ timeout: 30_000 });
  await tabTo(page, page.getByRole('textbox', { name: 'Message' }));
  await keyboard.type('Two notes');
  await tabTo(page, page.getByRole('button', { name: 'Keep as v1' }));
  await keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/datasets\/notes\?v=1/);
  await expect(page.getByRole('tab', { name: /^Files/ })).toBeVisible();

  // From a version the keys lead to an export of that version; from the list of screens to an export of none yet.
  await keyboard.press('Control+e');
  await expect(page.getByRole('button', { name: 'Leave out notes:v1' })).toBeVisible();
  await tabTo(page, page.getByRole('link', { name: 'Export' }));
  await keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Leave out notes:v1' })).toHaveCount(0);
  await tabTo(page, page.getByRole('button', { name: 'Add this version' }));
  await keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Make the package' }));
  await keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Download the package' }));
  const [download] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toBe('notes-v1.zip');
  const saved = join(program.folder, 'notes-v1.zip');
  await download.saveAs(saved);

  await keyboard.press('Control+Shift+V');
  await expect(page.getByRole('heading', { level: 1, name: 'Verify' })).toBeVisible();
  await tabTo(page, page.getByRole('radio', { name: /^This lake/ }));
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await tabTo(page, page.getByRole('button', { name: 'Choose a file…' }));
  const [asked] = await Promise.all([page.waitForEvent('filechooser'), keyboard.press('Enter')]);
  await asked.setFiles(saved);
  await tabTo(page, page.getByRole('button', { name: 'Check', exact: true }));
  await keyboard.press('Enter');
  await expect(page.locator('.answers > div').nth(0)).toContainText('Yes', { timeout: 30_000 });
});

test('help comes by its keys, on the start page too, and goes by Escape to where the person was', async ({ page, program }) => {
  await page.goto(program.url);
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.focus();
  for (let round = 0; round < 2; round++) {
    await page.keyboard.press('Control+/');
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('table')).toBeVisible();
    await expect(dialog.getByRole('button')).toBeFocused();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(name).toBeFocused();
  }
});
