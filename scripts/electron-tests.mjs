import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { webCounts } from './counts.mjs';
import { installedElectron } from './electron.mjs';
import { projectNode, root } from './places.mjs';
import { buildWindow, isWindowBuilt } from './window.mjs';

const none = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** Why the window cannot be tried here; null where it can. */
export function whyNoWindow(env = process.env, platform = process.platform) {
  try {
    if (installedElectron(env) === null) return 'Electron is not on this computer (node_modules/electron/dist, or ELECTRON_OVERRIDE_DIST_PATH)';
  } catch (error) {
    return error.message;
  }
  return platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY ? 'there is no display' : null;
}

/** Builds the window and runs its tests in Electron. Resolves to their counts; where they cannot run, all of them are one skipped test, and the reason is printed. */
export async function electronTests(env = process.env) {
  const reason = whyNoWindow(env);
  if (reason !== null) {
    console.log(`SKIPPED  the window in Electron: ${reason}`);
    return { ...none, skipped: 1 };
  }
  const folder = mkdtempSync(join(tmpdir(), 'hms-electron-result-'));
  const resultFile = join(folder, 'playwright.json');
  try {
    await bundle();
    const { text, errors } = isWindowBuilt() ? { text: '', errors: 0 } : await buildWindow();
    process.stdout.write(text);
    if (errors > 0) return { ...none, failed: errors };
    const code = await run({ ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: resultFile });
    return webCounts(resultFile, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(env) {
  const args = [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test', '--config', 'test/electron/playwright.config.ts', '--reporter', 'list,json'];
  return new Promise((resolve) => {
    const child = spawn(projectNode, args, { cwd: root, stdio: 'inherit', env });
    child.on('error', () => resolve(127)).on('exit', (code) => resolve(code ?? 1));
  });
}
