#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { becomeChild } from '../scripts/child.mjs';
import { nodeMajor, projectNode, root } from '../scripts/places.mjs';

if (!existsSync(projectNode)) {
  console.error(`hms: the packages are not installed. Run "npm start" once in ${root}; it installs them, and Node ${nodeMajor} with them.`);
  process.exitCode = 1;
} else if (Number.parseInt(process.versions.node, 10) < nodeMajor) {
  becomeChild(projectNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else {
  module.enableCompileCache();
  const built = new URL('../out/cli/hms.js', import.meta.url);
  await import(existsSync(built) ? built.href : '../src/cli/hms.ts');
}
