import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { goTo, openLake } from './acts.ts';
import { expect, test } from './fixture.ts';
import { seed } from './seed.ts';

test('another workstation is seen at work: who, into what, since when, where, and that it is done', async ({ page, program }) => {
  const lake = await seed(program);
  const other = { HMS_LAKE: lake, HMS_PROFILE: join(program.folder, 'other-profile') };
  await program.hms(['dta', 'ls'], other);
  const { requests } = JSON.parse(await program.hms(['dta', 'station', 'list', '--json'], { HMS_LAKE: lake })) as { requests: { id: string; fingerprint: string }[] };
  const [asked] = requests;
  await program.hms(['dta', 'station', 'enroll', asked?.id.slice(0, 16) ?? '', '--fingerprint', asked?.fingerprint ?? ''], { HMS_LAKE: lake });
  await openLake(page, program.url, 'seeded');

  const child = program.begin(['dta', 'ingest', 'cascade-cards', '-', '--as', 'late.csv', '-m', 'A late card'], other);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const sentence = /is ingesting into cascade-cards since \d+:\d\d [AP]M at station /;
  await expect(page.getByRole('contentinfo').getByText(sentence)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('region', { name: 'At work now' }).getByText(sentence)).toBeVisible();
  await goTo(page, '/datasets/cascade-cards');
  await expect(page.getByRole('status').filter({ hasText: sentence })).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await goTo(page, '/datasets/letters');
  await expect(page.getByRole('heading', { level: 1, name: 'letters' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: sentence })).toHaveCount(0);
  await goTo(page, '/intake');
  await expect(page.getByRole('status').filter({ hasText: sentence })).toBeVisible();
  const present = JSON.parse(await program.hms(['dta', 'station', 'list', '--json'], { HMS_LAKE: lake })) as { present: { station: string; doing: string; dataset: string }[] };
  expect(present.present.find(({ station }) => station === asked?.id)).toMatchObject({ doing: 'ingesting', dataset: 'cascade-cards' });

  child.stdin?.end('station,t\nNF-09,20.8\n');
  expect(await ended).toBe(0);
  await expect(page.getByText(sentence)).toHaveCount(0, { timeout: 20_000 });
  await goTo(page, '/datasets/cascade-cards');
  await expect(page.getByText('A late card').first()).toBeVisible({ timeout: 15_000 });
});

test('the share goes away and comes back: a banner tells, reading goes on, writing waits', async ({ page, program, bad }) => {
  const lake = await seed(program);
  await openLake(page, program.url, 'seeded');
  await goTo(page, '/intake/letters');
  await expect(page.getByRole('button', { name: 'Keep as v2' })).toBeEnabled();
  await rename(lake, join(program.folder, 'unplugged'));
  const banner = page.getByRole('status').filter({ hasText: /has not answered since \d+:\d\d [AP]M/ });
  await expect(banner).toBeVisible({ timeout: 15_000 });
  await expect(banner).toContainText('What is shown is as of');
  await expect(banner).toContainText('what was staged is kept');
  await expect(banner).toContainText('Check the cable, the network or the share.');
  await expect(page.getByRole('contentinfo')).toContainText('Lake away');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await goTo(page, '/datasets');
  await expect(page.getByRole('row').filter({ hasText: 'cascade-cards' })).toContainText('v2');
  await goTo(page, '/datasets/cascade-cards');
  await expect(page.getByRole('heading', { level: 1, name: 'cascade-cards' })).toBeVisible();
  await expect(page.getByRole('main').getByText('letter.txt').first()).toBeVisible();

  await rename(join(program.folder, 'unplugged'), lake);
  await expect(banner).toHaveCount(0, { timeout: 15_000 });
  await expect(page.getByRole('contentinfo')).toContainText('Lake open');
  await goTo(page, '/intake/letters');
  await page.getByRole('button', { name: 'Keep as v2' }).click();
  await expect(page).toHaveURL(/datasets\/letters\?v=2/);
  // What the browser notes by itself of what could not be read meanwhile.
  const own = bad.filter((line) => !/Failed to load resource: the server responded with a status of 503/.test(line));
  bad.splice(0, bad.length, ...own);
});

test('a workstation that is not enrolled shows its fingerprint, once, and cannot enrol: neither itself nor another', async ({ page, program, bad }) => {
  const lake = join(program.home, 'of-others');
  const as = (name: string): Record<string, string> => ({ HMS_LAKE: lake, HMS_PROFILE: join(program.folder, name) });
  await program.hms(['dta', 'init', lake], as('owner'));
  await openLake(page, program.url, 'of-others');
  const needs = page.getByRole('region', { name: 'Needs attention' });
  await expect(needs.getByRole('heading', { name: 'This workstation is not enrolled' })).toBeVisible();
  const list = JSON.parse(await program.hms(['dta', 'station', 'list', '--json'], as('owner'))) as { requests: unknown[] };
  expect(list.requests).toHaveLength(1);
  await page.reload();
  await expect(needs.getByRole('listitem')).toHaveCount(1);

  await program.hms(['dta', 'ls'], as('third'));
  await page.reload();
  await expect(needs.getByRole('listitem')).toHaveCount(2);
  await expect(needs.getByRole('button', { name: 'Enrol…' })).toBeDisabled();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  expect(bad).toEqual([]);
});
