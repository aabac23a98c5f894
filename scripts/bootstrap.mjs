// Runs before `npm start` and `npm test`, on whatever Node the machine has, when nothing is installed yet: imports nothing but Node's own modules
// and its neighbour.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeMajor, projectNode, root } from './places.mjs';

const stamp = join(root, 'node_modules', '.hms-stamp');

/** One hash over all that decides what is installed. The scripts of package.json are left out: editing one must not reinstall everything. */
function wantedState() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { dependencies, devDependencies, optionalDependencies, overrides, allowScripts } = manifest;
  return createHash('sha256')
    .update(JSON.stringify([dependencies, devDependencies, optionalDependencies, overrides, allowScripts, process.platform, process.arch]))
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled(wanted) {
  return existsSync(projectNode) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

function install() {
  // error level only: on an older Node npm lists every package that asks for a newer one, and each of them runs on the Node that comes with the install.
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  return npm === undefined ? spawnSync('npm', args, { ...options, shell: true }) : spawnSync(process.execPath, [npm, ...args], options);
}

/** Returns one line that says what went wrong, or null when everything is in place. */
function bootstrap() {
  const wanted = wantedState();
  if (isInstalled(wanted)) return null;
  console.error('Installing the packages (once, about a minute) …');
  const { status, error } = install();
  if (error) return `npm could not be started (${error.message}). Install npm 10 or newer and try again.`;
  if (status !== 0) {
    return `"npm ci" ended with ${status === null ? 'a signal' : `exit code ${status}`}; its message stands above. It needs the npm registry or a filled npm cache.`;
  }
  const { stdout } = spawnSync(projectNode, ['-v'], { encoding: 'utf8' });
  if (!stdout?.startsWith(`v${nodeMajor}.`)) {
    return `The packages are installed, but ${projectNode} is not Node ${nodeMajor}. Were install scripts switched off ("ignore-scripts")? Allow them for "node" and try again.`;
  }
  // Last: a stamp says that everything before it worked.
  writeFileSync(stamp, wanted);
  return null;
}

const problem = bootstrap();
if (problem !== null) {
  console.error(`Set-up failed: ${problem}`);
  process.exitCode = 1;
}
