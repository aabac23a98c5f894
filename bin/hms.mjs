#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { nodeMajor, projectNode, root } from '../scripts/places.mjs';

// Calls of the system that wait for a share that is away keep their threads; with Node's own four of them nothing else would be read or written. Read at the first use.
if (process.argv[3] === 'serve') process.env.UV_THREADPOOL_SIZE ??= '24';

if (!existsSync(projectNode)) {
  console.error(`hms: the packages are not installed. Run "npm start" once in ${root}; it installs them, and Node ${nodeMajor} with them.`);
  process.exitCode = 1;
} else if (Number.parseInt(process.versions.node, 10) < nodeMajor) {
  const { becomeChild } = await import('../scripts/child.mjs');
  becomeChild(projectNode, [runnable(), ...process.argv.slice(2)]);
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
