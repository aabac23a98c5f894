import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from './compile.mjs';
import { projectNode, root } from './places.mjs';

/**
 * `npm run docs` writes docs/api anew from the doc comments of src/sdk. With `--check` nothing is written: it says which pages are not what the comments give now,
 * and ends with 1 where there are any.
 */

const pages = join(root, 'docs', 'api');

async function generate(folder) {
  const { code, text } = await output(projectNode, [join(root, 'node_modules', 'typedoc', 'bin', 'typedoc'), '--out', folder]);
  if (code !== 0) throw new Error(text);
}

function read(folder) {
  return new Map(globSync('**/*.md', { cwd: folder }).map((name) => [name.replaceAll('\\', '/'), readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')]));
}

async function check() {
  const folder = mkdtempSync(join(tmpdir(), 'hms-docs-'));
  try {
    await generate(folder);
    const [made, kept] = [read(folder), read(pages)];
    return [...new Set([...made.keys(), ...kept.keys()])].filter((name) => made.get(name) !== kept.get(name)).sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes('--check')) {
  const stale = await check();
  for (const name of stale) console.log(`docs/api/${name} is not what the doc comments give now: run "npm run docs".`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  await generate(pages);
}
