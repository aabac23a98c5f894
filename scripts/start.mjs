import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { becomeChild } from './child.mjs';
import { fetchedElectron, installedElectron, whyAway } from './electron.mjs';
import { projectNode, root } from './places.mjs';
import { buildWindow, isWindowBuilt } from './window.mjs';

/** `npm start`: the desktop window; in the browser where there is no Electron. Types are checked by `npm run build` and `npm test`, not here: starting must be quick. */

const hms = join(root, 'out', 'bundle', 'hms.cjs');

async function built() {
  const work = [bundle()];
  if (!isWindowBuilt()) {
    console.error('Building the screens …');
    work.push(buildWindow());
  }
  const [, window] = await Promise.all(work);
  if (window !== undefined && window.errors > 0) process.stderr.write(window.text);
  return window === undefined || window.errors === 0;
}

/** Electron where it is or can be had, and a display to show it on. */
async function electronHere() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    console.error('There is no display here, so HMS-DTA is served to a browser.');
    return null;
  }
  const program = installedElectron() ?? (await fetchedElectron());
  if (program === null) {
    console.error(`Electron is not on this computer and could not be fetched (${whyAway()}), so HMS-DTA opens in the browser. To use a copy of Electron 45 that you have: ELECTRON_OVERRIDE_DIST_PATH=FOLDER npm start`);
  }
  return program;
}

try {
  const isBuilt = await built();
  const electron = isBuilt ? await electronHere() : null;
  // As root, Chromium does not start in its sandbox.
  if (electron !== null) becomeChild(electron, [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, ...process.argv.slice(2)], { cwd: root });
  else if (existsSync(hms)) becomeChild(projectNode, [join(root, 'bin', 'hms.mjs'), 'dta', 'serve', '--ui', '--open', ...process.argv.slice(2)], { cwd: root });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
