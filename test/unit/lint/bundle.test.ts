import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { bundle } = (await import(new URL('../../../scripts/bundle.mjs', import.meta.url).href)) as { bundle: (folder: string) => Promise<void> };

// In the project, since the native modules are looked for from there.
const folder = mkdtempSync(join(root, 'node_modules', '.hms-bundle-'));
const hms = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [join(folder, 'hms.cjs'), 'dta', ...args], { encoding: 'utf8', env: { ...process.env, HMS_PROFILE: join(folder, 'profile'), NODE_DISABLE_COMPILE_CACHE: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => bundle(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('everything that a thread or process is started with stands beside the command line', () => {
  const named = readdirSync(folder).filter((name) => name.endsWith('.cjs') && !name.startsWith('part-'));
  expect(named).toEqual(expect.arrayContaining(['check-thread.cjs', 'child.cjs', 'copy.cjs', 'hms.cjs', 'probe.cjs', 'thread.cjs', 'tour.cjs']));
});

it('the joined command line makes a lake, takes files in with its threads, checks it with its threads, and prints what the sources print', { timeout: 120_000 }, () => {
  const lake = join(folder, 'lake');
  hms('init', lake, '--zone', 'UTC');
  expect(hms('ingest', 'LINT', join(root, 'scripts', 'lint'), '--lake', lake, '--quiet')).toBe('LINT:v1\n');
  expect(hms('verify', lake)).toMatch(/^The lake "lake" is unchanged/);
  expect(hms('export', 'LINT:v1', '--to', 'zip', join(folder, 'lint.zip'), '--lake', lake)).toContain('✔ Provenance.txt attached');
  expect(hms('verify', join(folder, 'lint.zip'))).toContain('Signed by whom');
  const help = execFileSync(process.execPath, [join(root, 'src', 'cli', 'hms.ts'), 'dta', '--help'], { encoding: 'utf8' });
  expect(hms('--help')).toBe(help);
  expect(existsSync(join(lake, 'lake.json'))).toBe(true);
});
