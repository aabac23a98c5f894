import { existsSync, globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { output } from './compile.mjs';
import { projectNode, root, tool } from './places.mjs';

const stamp = join(root, 'out', '.window-built');

/** What the window and the screens are made from. */
const sources = ['src/contract/**/*.ts', 'src/main/**/*.ts', 'src/preload/**/*.ts', 'src/renderer/**/*', 'electron.vite.config.ts', 'vite.config.ts', 'package-lock.json'];

/** Whether what was built is newer than everything that it is made from. */
export function isWindowBuilt() {
  if (!existsSync(stamp) || !existsSync(join(root, 'out', 'main', 'index.js'))) return false;
  const built = statSync(stamp).mtimeMs;
  return globSync(sources, { cwd: root }).every((file) => statSync(join(root, file)).mtimeMs <= built);
}

/** Builds main process, preload and screens into out/. Resolves to the text of what is wrong and the number of errors. */
export async function buildWindow() {
  const begun = new Date();
  // A test that builds them says NODE_ENV=test, for which the screens would get React's own checks and a third more bytes.
  const env = { ...process.env, NODE_ENV: 'production' };
  const runs = [['Main process and preload', [tool.electronVite, 'build', '--logLevel', 'warn']]];
  if (existsSync(join(root, 'src', 'renderer', 'index.html'))) runs.push(['Screens', [tool.vite, 'build', '--logLevel', 'warn']]);
  const ended = await Promise.all(runs.map(async ([name, args]) => ({ name, ...(await output(projectNode, args, env)) })));
  const failed = ended.filter(({ code }) => code !== 0);
  if (failed.length === 0) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, `${begun.toISOString()}\n`);
  }
  return { text: failed.map(({ name, text }) => `${name} could not be built:\n${text}\n`).join(''), errors: failed.length };
}
