import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The oldest major version of Node that the sources run on. */
export const nodeMajor = 24;

/** The Node that the project brings along; it is there once the packages are installed. */
export const projectNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The command line entry of an installed tool. Started with `projectNode`, so that no tool runs on the machine's own, perhaps older, Node. */
export const tool = {
  tsc: join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
  depcruise: join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
  electronVite: join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'),
  vite: join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
  electronBuilder: join(root, 'node_modules', 'electron-builder', 'cli.js'),
  vitest: join(root, 'node_modules', 'vitest', 'vitest.mjs'),
  vite: join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
  playwright: join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
};
