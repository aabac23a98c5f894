import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectNode, root } from './places.mjs';

const programFiles = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'];
const places = {
  linux: ['/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/usr/bin/microsoft-edge', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/snap/bin/chromium'],
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
  win32: programFiles.flatMap((name) => (process.env[name] === undefined ? [] : [join(process.env[name], 'Google/Chrome/Application/chrome.exe'), join(process.env[name], 'Microsoft/Edge/Application/msedge.exe')])),
};

/**
 * A browser for the tests: one that is installed, else Debian's chromium where this account may install it, else Playwright's own download. Resolves to
 * `{ path }`, or to `{ reason }` where none can be had: the tests are then skipped, and say so.
 */
export function findBrowser() {
  const given = process.env.HMS_TEST_BROWSER;
  if (given !== undefined) return existsSync(given) ? { path: given } : { reason: `HMS_TEST_BROWSER names ${given}, which is not there` };
  const installed = installedBrowser();
  if (installed !== null) return { path: installed };
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error('Installing chromium for the tests of the screens (once) …');
    // A page without any font shows boxes, and its lines have other widths.
    spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    const now = installedBrowser();
    if (now !== null) return { path: now };
  }
  console.error('Fetching a browser for the tests of the screens (once) …');
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const { status } = spawnSync(projectNode, [cli, 'install', 'chromium'], { cwd: root, stdio: 'ignore', timeout: 300_000 });
  const { chromium } = createRequire(import.meta.url)('@playwright/test');
  const fetched = chromium.executablePath();
  if (status === 0 && existsSync(fetched)) return { path: fetched };
  return { reason: 'no Chrome, Edge or Chromium is installed, and none could be fetched' };
}

function installedBrowser() {
  return (places[process.platform] ?? []).find((path) => existsSync(path)) ?? null;
}
