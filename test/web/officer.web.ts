import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { goTo, openLake } from './acts.ts';
import { expect, test } from './fixture.ts';
import { seed } from './seed.ts';

test('an officer signs a selection with a passphrase, and a checker who has the certificate trusts it', async ({ page, program, bad }) => {
  const lake = await seed(program);
  const env = { HMS_LAKE: lake, HMS_PASSPHRASE: 'seven plain words are long enough here' };
  await program.hms(['dta', 'key', 'make', 'Maria Ortega', '--organization', 'Region 5', '--default'], env);
  await openLake(page, program.url, 'seeded');
  await goTo(page, '/export/cascade-cards%3Av2');
  await page.getByText('Only files whose names match a pattern', { exact: true }).click();
  await page.getByText('Maria Ortega, with an officer’s key', { exact: true }).click();
  await page.getByRole('button', { name: 'Make the package' }).click();
  await expect(page.getByText('Give at least one pattern.')).toBeVisible();
  await expect(page.getByText('The key needs its passphrase.')).toBeVisible();

  await page.getByRole('textbox', { name: 'Patterns' }).fill('**/*.csv');
  const passphrase = page.getByLabel('Passphrase of the key');
  await passphrase.fill('not this one');
  await page.getByRole('button', { name: 'Make the package' }).click();
  await expect(page.getByText('The package was not begun').or(page.getByText('The package was not made'))).toBeVisible();
  await expect(page.getByText(/passphrase/i).first()).toBeVisible();
  if (await page.getByRole('button', { name: 'Make another package' }).isVisible()) await page.getByRole('button', { name: 'Make another package' }).click();

  if (!(await passphrase.isVisible())) {
    await page.getByText('Only files whose names match a pattern', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Patterns' }).fill('**/*.csv');
    await page.getByText('Maria Ortega, with an officer’s key', { exact: true }).click();
  }
  await passphrase.fill(env.HMS_PASSPHRASE);
  await page.getByRole('button', { name: 'Make the package' }).click();
  await expect(page.getByText('Signed by Maria Ortega')).toBeVisible({ timeout: 30_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the package' }).click()]);
  const zip = join(program.folder, 'signed.zip');
  await download.saveAs(zip);
  const out = join(program.folder, 'signed');
  execFileSync('unzip', ['-q', zip, '-d', out]);
  const [top = ''] = await readdir(out);
  const listed = (await readFile(join(out, top, 'manifest-sha256.txt'), 'utf8')).trim().split('\n');
  expect(listed.map((line) => line.split('/').at(-1)), 'only what matches').toEqual(['NF-07.csv']);

  const pem = join(program.folder, 'ortega.pem');
  const cer = join(program.folder, 'ortega.cer');
  const signatures = await readdir(join(out, top, 'signatures'));
  await writeFile(pem, await readFile(join(out, top, 'signatures', signatures.find((name) => name.startsWith('officer') && name.endsWith('.pem')) ?? '')));
  execFileSync('openssl', ['x509', '-in', pem, '-outform', 'DER', '-out', cer]);
  await page.getByRole('link', { name: 'Check this package' }).click();
  await page.locator('[data-pick=trust]').setInputFiles({ name: 'note.pem', mimeType: 'text/plain', buffer: Buffer.from('no certificate') });
  await expect(page.getByText('note.pem holds no certificate.')).toBeVisible();
  await page.locator('[data-pick=trust]').setInputFiles(cer);
  await expect(page.getByText('note.pem holds no certificate.')).toHaveCount(0);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  const answers = page.locator('.answers > div');
  await expect(answers).toHaveCount(4, { timeout: 30_000 });
  await expect(answers.nth(1)).toContainText('Maria Ortega');
  await expect(answers.nth(2)).toContainText('Yes');
  // A passphrase that does not open the key is a refusal, which the browser notes by itself.
  bad.splice(0, bad.length, ...bad.filter((line) => !/status of 4\d\d .*\/exports/.test(line)));
});
