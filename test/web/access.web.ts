import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { drop, exportIt, goTo, openLake } from './acts.ts';
import { expect, test } from './fixture.ts';
import { seed } from './seed.ts';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Every screen, with what it looks like when it is there. Visits them one after the other and calls `look` at each. */
async function visitAll(page: Page, letter: string, look: (name: string) => Promise<void>): Promise<void> {
  const heading = (name: string | RegExp): Promise<void> => expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  const plain: readonly (readonly [string, string, string | RegExp])[] = [
    ['home', '/', /./],
    ['datasets', '/datasets', /./],
    ['dataset', '/datasets/cascade-cards', 'cascade-cards'],
    ['ledger', '/ledger', /./],
    ['entry', '/ledger?entry=3', /./],
    ['draft', '/intake/letters', 'letters'],
    ['export', '/export/cascade-cards%3Av2', /./],
    ['verify', '/verify', /./],
    ['intake', '/intake', /./],
  ];
  for (const [name, address, title] of plain) {
    await goTo(page, address);
    await heading(title);
    // Loading shapes show after 200 ms where an answer takes that long.
    await expect(page.locator('.loading')).toHaveCount(0);
    await look(name);
  }
  await drop(page, [letter]);
  await expect(page.getByRole('button', { name: /^Stage / })).toBeVisible();
  await look('intake, picked');
  await page.getByRole('button', { name: /Take none/ }).click();
  await exportIt(page, 'letters:v1');
  await look('package');
  await page.getByRole('link', { name: 'Check this package' }).click();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.locator('.answers > div')).toHaveCount(4, { timeout: 30_000 });
  await look('report');
  await goTo(page, '/jobs');
  await page.getByRole('row').nth(1).click();
  await look('jobs');
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any screen, ${colorScheme}`, async ({ page, program }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const lake = await seed(program);
    const found: Record<string, unknown> = {};
    const look = async (name: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
      if (violations.length > 0) found[name] = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary?.slice(0, 200) ?? ''}`).join(' | ')}`);
    };
    await page.goto(program.url);
    await expect(page.getByRole('button', { name: 'Make the lake' })).toBeVisible();
    await look('start');
    await openLake(page, program.url, 'seeded');
    await visitAll(page, join(lake, '..', '..', 'seeded-source', 'letter.txt'), look);
    expect(found).toEqual({});
  });
}

test('at 200 % and in forced colors no screen scrolls sideways', async ({ page, program }) => {
  await page.setViewportSize({ width: 640, height: 400 });
  await page.emulateMedia({ forcedColors: 'active' });
  const lake = await seed(program);
  await openLake(page, program.url, 'seeded');
  const wide: Record<string, number> = {};
  await visitAll(page, join(lake, '..', '..', 'seeded-source', 'letter.txt'), async (name) => {
    const more = await page.evaluate(() => Math.max(...[document.documentElement, ...document.querySelectorAll('main, .page, .pagehead')].map((element) => element.scrollWidth - element.clientWidth)));
    if (more > 0) wide[name] = more;
  });
  expect(wide).toEqual({});
});

test('words that are a third longer are not cut in buttons, headings, labels and tabs', async ({ page, program }) => {
  const lake = await seed(program);
  const url = new URL(program.url);
  url.searchParams.set('locale', 'pseudo');
  await page.goto(url.href);
  await page.locator('.start-list button').first().click();
  await expect(page.locator('.rail')).toBeVisible();
  const cut: Record<string, readonly string[]> = {};
  for (const address of ['/', '/intake', '/datasets', '/datasets/cascade-cards', '/intake/letters', '/export/cascade-cards%3Av2', '/ledger', '/verify', '/jobs']) {
    await goTo(page, address);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('.loading')).toHaveCount(0);
    const found = await page.evaluate(() =>
      [...document.querySelectorAll('main :is(.btn, h1, h2, h3, label, .field-label, .field-hint, .tab, .radio, .checkbox)')]
        .filter((element) => element instanceof HTMLElement && element.offsetParent !== null && element.scrollWidth > element.clientWidth + 1 && !element.classList.contains('sr') && getComputedStyle(element).overflow !== 'visible' && !element.classList.contains('clip'))
        .map((element) => (element.textContent ?? '').slice(0, 60)),
    );
    if (found.length > 0) cut[address] = found;
  }
  expect(cut).toEqual({});
  expect(lake).toContain('seeded');
});
