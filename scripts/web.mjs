import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { bundle } from './bundle.mjs';
import { webCounts } from './counts.mjs';
import { projectNode, root, tool } from './places.mjs';

const noScreens = { passed: 0, failed: 0, skipped: 0, failures: [] };

/**
 * Builds the command line and the screens, and runs the tests of the screens in a real browser; `args` go to Playwright. Resolves to their counts. Where no
 * browser can be had, all of them are one skipped test, and the reason is printed.
 */
export async function webTests(args = []) {
  if (!existsSync(join(root, 'test', 'web'))) return noScreens;
  const browser = findBrowser();
  if ('reason' in browser) {
    console.log(`SKIPPED  the screens in a browser: ${browser.reason}`);
    return { ...noScreens, skipped: 1 };
  }
  const folder = mkdtempSync(join(tmpdir(), 'hms-web-result-'));
  const resultFile = join(folder, 'playwright.json');
  try {
    await bundle();
    const built = await run([tool.vite, 'build', '--logLevel', 'warn']);
    if (built !== 0) return { ...noScreens, failed: 1 };
    const code = await run([tool.playwright, 'test', '-c', 'test/web', ...args], { HMS_WEB_BROWSER: browser.path, HMS_WEB_RESULT: resultFile });
    return webCounts(resultFile, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args, more = {}) {
  return new Promise((resolve) => {
    const child = spawn(projectNode, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...more } });
    child.on('error', () => resolve(127)).on('exit', (code) => resolve(code ?? 1));
  });
}
