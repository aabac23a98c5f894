import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { goTo, openLake } from './acts.ts';
import { expect, test } from './fixture.ts';
import { seed } from './seed.ts';

test('a dataset is described, tagged, given another name and a version of it withdrawn, each with its entry in the ledger', async ({ page, program }) => {
  await seed(program);
  await openLake(page, program.url, 'seeded');
  await goTo(page, '/datasets/cascade-cards?tab=description');
  await page.getByRole('button', { name: 'Describe it' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Sensor cards of Cascade');
  await page.getByRole('button', { name: /^Keep|^Save/ }).click();
  await expect(page.getByText('Sensor cards of Cascade. 2 versions', { exact: false })).toBeVisible();

  const more = async (entry: string | RegExp): Promise<void> => {
    await page.getByRole('button', { name: /^More acts on/ }).click();
    await page.getByRole('menuitem', { name: entry }).click();
  };
  await more('Add a tag…');
  await page.getByRole('textbox', { name: 'Tag' }).fill('v7');
  await page.getByRole('button', { name: 'Add the tag' }).click();
  await expect(page.getByText('does not look like a version number', { exact: false })).toBeVisible();
  await page.getByRole('textbox', { name: 'Tag' }).fill('clean');
  await page.getByRole('button', { name: 'Add the tag' }).click();
  await expect(page.getByRole('button', { name: 'Take tag clean off cascade-cards:v2' })).toBeVisible();

  await more('Add another name…');
  await page.getByRole('textbox', { name: 'Name' }).fill('august-cards');
  await page.getByRole('button', { name: 'Add the name' }).click();
  await expect(page.getByText('Also known as august-cards.', { exact: false })).toBeVisible();

  await page.getByRole('button', { name: 'Take tag clean off cascade-cards:v2' }).click();
  await expect(page.getByRole('button', { name: 'Take tag clean off cascade-cards:v2' })).toHaveCount(0);

  await more('Withdraw cascade-cards:v2…');
  await expect(page.getByRole('button', { name: 'Keep it in use' })).toBeVisible();
  await page.getByRole('button', { name: 'Withdraw it' }).click();
  await expect(page.getByText('A reason is needed.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Reason' }).fill('The values of NF-07 are wrong');
  await page.getByRole('button', { name: 'Withdraw it' }).click();
  await expect(page.getByText(/^cascade-cards:v2 was withdrawn/)).toBeVisible();
  await goTo(page, '/ledger');
  for (const words of [/withdrew cascade-cards:v2/, /took a tag off|removed a tag/, /described cascade-cards/]) await expect(page.getByText(words).first()).toBeVisible();
});

test('the date beside the ruler and the ruler itself step through the versions by keyboard', async ({ page, program }) => {
  await seed(program);
  await openLake(page, program.url, 'seeded');
  await goTo(page, '/datasets/cascade-cards');
  const ruler = page.getByRole('slider', { name: 'Versions over time' });
  await expect(ruler).toHaveAttribute('aria-valuenow', '2');
  await ruler.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(ruler).toHaveAttribute('aria-valuenow', '1');
  await page.keyboard.press('End');
  await expect(ruler).toHaveAttribute('aria-valuenow', '2');
  await page.keyboard.press('Home');
  await expect(ruler).toHaveAttribute('aria-valuenow', '1');
  const date = page.getByLabel('Version on');
  await ruler.press('0');
  await expect(date).toBeFocused();
  await date.fill('2031-01-01');
  await expect(ruler).toHaveAttribute('aria-valuenow', '2');
  await date.fill('2001-01-01');
  await expect(page.getByText('None yet on that day')).toBeVisible();
  await expect(ruler).toHaveAttribute('aria-valuenow', '2');
});

test('what the label has no room for stands in a menu at its end', async ({ page, program }) => {
  await seed(program);
  await openLake(page, program.url, 'seeded');
  await goTo(page, '/datasets/cascade-cards');
  const label = page.locator('.label');
  await expect(label.getByRole('button', { name: /^Copy SHA-256 of inventory/ })).toBeVisible();
  await expect(label.getByRole('button', { name: /^More:/ })).toHaveCount(0);
  const height = (await label.boundingBox())?.height;
  await page.setViewportSize({ width: 640, height: 800 });
  const rest = label.getByRole('button', { name: /^More:.*SHA-256 of inventory$/ });
  await expect(rest).toBeVisible();
  expect((await label.boundingBox())?.height, 'one strip, whatever its width').toBe(height);
  await expect(label.getByRole('button', { name: /^Copy SHA-256 of inventory/ })).toBeHidden();
  await rest.click();
  await expect(page.getByRole('dialog', { name: 'More about it' }).getByRole('button', { name: /^Copy SHA-256 of inventory/ })).toBeVisible();
});

test('another workstation asks to write, is let in after its fingerprint was compared, and writes', async ({ page, program }) => {
  const lake = await seed(program);
  const other = { HMS_LAKE: lake, HMS_PROFILE: join(program.folder, 'other-profile') };
  await program.hms(['dta', 'station', 'request'], other);
  await openLake(page, program.url, 'seeded');
  await page.getByRole('button', { name: 'Enroll…' }).or(page.getByRole('button', { name: /^Enrol/ })).first().click();
  const dialog = page.getByRole('alertdialog');
  const act = dialog.getByRole('button', { name: /^Enrol+$/ });
  await expect(act).toBeDisabled();
  await dialog.getByRole('checkbox').check({ force: true });
  await act.click();
  await expect(dialog).toHaveCount(0);
  const file = join(program.folder, 'other.txt');
  execFileSync('sh', ['-c', `echo other > '${file}'`]);
  await program.hms(['dta', 'ingest', 'from-other', file, '-m', 'From the other desk'], other);
  await goTo(page, '/datasets');
  await expect(page.getByRole('row').filter({ hasText: 'from-other' })).toContainText('v1', { timeout: 15_000 });
});
