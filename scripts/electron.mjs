import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { projectNode, root } from './places.mjs';

const packageFolder = join(root, 'node_modules', 'electron');
/** Says that Electron could not be fetched, and when; in a folder that a fresh installation removes. */
const away = join(root, 'node_modules', '.cache', 'hms-electron-away');
const WEEK = 7 * 24 * 3_600_000;

/** The program in a folder that Electron was unpacked to. */
export function programIn(folder, platform = process.platform) {
  if (platform === 'win32') return join(folder, 'electron.exe');
  return platform === 'darwin' ? join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron') : join(folder, 'electron');
}

/** Electron as it is on this computer now; null where it is not. A folder that was named and has none is an error. */
export function installedElectron(env = process.env) {
  const named = env.ELECTRON_OVERRIDE_DIST_PATH ?? '';
  if (named !== '') {
    const program = programIn(named);
    if (!existsSync(program)) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH names ${named}, but ${program} is not there.`);
    return program;
  }
  const program = programIn(join(packageFolder, 'dist'));
  return existsSync(program) ? program : null;
}

/**
 * Fetches Electron where its server answers within 5 s. Tried once: that it was of no use is remembered for a week. Answers the program, or null.
 * `mirror` is where it comes from, as ELECTRON_MIRROR says it.
 */
export async function fetchedElectron(mirror = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/') {
  if (existsSync(away) && Date.now() - statSync(away).mtimeMs < WEEK) return null;
  const failure = (await unreachable(mirror)) ?? download();
  if (failure === null) {
    rmSync(away, { force: true });
    return installedElectron({});
  }
  mkdirSync(dirname(away), { recursive: true });
  writeFileSync(away, `${failure}\n`);
  return null;
}

/** Why the last attempt was of no use, for a person. */
export function whyAway() {
  return existsSync(away) ? readFileSync(away, 'utf8').trim() : '';
}

async function unreachable(address) {
  try {
    await fetch(address, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(5_000) });
    return null;
  } catch (error) {
    return `${new URL(address).host} does not answer (${error.cause?.code ?? error.name})`;
  }
}

function download() {
  console.error('Fetching Electron (once, about 110 MB) …');
  const { status } = spawnSync(projectNode, [join(packageFolder, 'install.js')], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 });
  return status === 0 ? null : 'the download ended with an error';
}
