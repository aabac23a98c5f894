import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drop, keep, makeLake, stage } from './acts.ts';
import { expect, test } from './fixture.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

test('a new lake, files dropped, a version kept, exported, checked by other programs and on the screen', async ({ page, program }) => {
  const files: Readonly<Record<string, string>> = { 'letter.txt': 'To the station at Cascade.\n', 'cards/2024-08-08/NF-07.csv': 'station,t\nNF-07,21.4\n', 'cards/2024-08-09/NF 08 ü.csv': 'station,t\nNF-08,19.9\n' };
  const drops = join(program.folder, 'drops');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(drops, path, '..'), { recursive: true });
    await writeFile(join(drops, path), text);
  }
  await mkdir(join(drops, 'cards', 'empty'), { recursive: true });

  await makeLake(page, program.url, 'Field Safety Records');
  expect(page.url(), 'the token does not stay in the address').not.toContain('token');

  await drop(page, [join(drops, 'letter.txt'), join(drops, 'cards')]);
  const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  await expect(page.getByText(`3 files, ${bytes} bytes. Nothing has been written yet.`)).toBeVisible();
  await expect(page.getByText('1 empty folder is noted')).toBeVisible();
  await stage(page, 'cascade-cards');

  const changes = page.getByRole('grid', { name: 'Changes in the next version' });
  for (const [path, text] of Object.entries(files)) {
    await expect(changes.getByRole('row').filter({ hasText: path })).toContainText('Added');
    await expect(page.getByRole('button', { name: `Copy SHA-256 of ${path}, ${sha256(text).slice(0, 8)}` })).toBeVisible();
  }
  await keep(page, 1, 'Sensor cards, Aug 8 to 9');
  await expect(page).toHaveURL(/#\/datasets\/cascade-cards\?v=1/);

  await page.goto(`${new URL(page.url()).origin}/#/export/cascade-cards%3Av1`);
  await expect(page.getByText('signed by workstation', { exact: false }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Make the package' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'cascade-cards-v1' })).toBeVisible();
  const shown = Number((await page.locator('[data-figure=bytes]').innerText()).replaceAll(',', ''));
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the package' }).click()]);
  expect(download.suggestedFilename()).toBe('cascade-cards-v1.zip');
  const zip = join(program.folder, 'package.zip');
  await download.saveAs(zip);
  expect((await stat(zip)).size).toBe(shown);

  const out = join(program.folder, 'unpacked');
  execFileSync('unzip', ['-q', zip, '-d', out]);
  const [top = ''] = execFileSync('ls', [out], { encoding: 'utf8' }).trim().split('\n');
  const bag = join(out, top);
  for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) execFileSync('sha256sum', ['-c', '--quiet', manifest], { cwd: bag });
  execFileSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'signatures/station.p7s', '-content', 'tagmanifest-sha256.txt', '-CAfile', 'signatures/station.cert.pem', '-purpose', 'any', '-out', '/dev/null'], { cwd: bag, stdio: 'pipe' });
  const manifest = await readFile(join(bag, 'manifest-sha256.txt'), 'utf8');
  for (const text of Object.values(files)) expect(manifest).toContain(sha256(text));

  await page.getByRole('link', { name: 'Check this package' }).click();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Four questions, four answers' })).toBeVisible({ timeout: 30_000 });
  const answers = page.locator('.answers > div');
  await expect(answers).toHaveCount(4);
  await expect(answers.nth(0)).toContainText('Yes');
  await expect(answers.nth(1)).toContainText('not a person');
  await expect(answers.nth(2)).toContainText('Not decided');
});
