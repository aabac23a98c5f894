#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { nodeMajor, projectNode, root } from '../scripts/places.mjs';

const isOld = Number.parseInt(process.versions.node, 10) < nodeMajor;
const isServing = process.argv[3] === 'serve';
// Calls of the system that wait for a share that is away keep their threads; with Node's own four of them nothing else would be read or written. Read at the first use, on Windows at the start.
if (isServing) process.env.UV_THREADPOOL_SIZE ??= '24';
// V8 takes 100 MB for young objects in a program that stays, and gives none of it back (docs/operations/serve.md). It has to be told at the start.
const young = '--max-semi-space-size=';
const wanted = isServing && !process.execArgv.some((option) => option.startsWith(young)) ? [`${young}4`] : [];

if (!existsSync(projectNode)) {
  console.error(`hms: the packages are not installed. Run "npm start" once in ${root}; it installs them, and Node ${nodeMajor} with them.`);
  process.exitCode = 1;
} else if (isOld || wanted.length > 0) {
  const { become } = await import('../scripts/child.mjs');
  become(isOld ? projectNode : process.execPath, [...(isOld ? [] : process.execArgv), ...wanted, runnable(), ...process.argv.slice(2)]);
} else {
  // `require` where it can be: it reads a file of CommonJS without asking first what that exports.
  const file = runnable();
  if (file.endsWith('.cjs')) createRequire(import.meta.url)(file);
  else await import('../src/cli/hms.ts');
}

/** What was built, else the sources, which run as they are. */
function runnable() {
  const [built, source] = ['../out/bundle/hms.cjs', '../src/cli/hms.ts'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return existsSync(built) ? built : source;
}
