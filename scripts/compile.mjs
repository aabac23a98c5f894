import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { projectNode, root, tool } from './places.mjs';

/** The folders under src that the root tsconfig.json compiles. */
function layers() {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => path.replace(/^src\//, ''));
}

/** Main process, preload and screens: the compiler only checks them, and electron-vite builds them to the same folders of out/. */
function isBuiltElsewhere(layer) {
  return JSON.parse(readFileSync(join(root, 'src', layer, 'tsconfig.json'), 'utf8')).compilerOptions.emitDeclarationOnly === true;
}

/**
 * Brings out/ in line with src/: removes what was built from files that are gone, and reports whether anything that should be there is missing.
 * `tsc -b` looks only at its own notes and their dates; it sees neither.
 */
function tidyOutput() {
  let missing = false;
  for (const layer of layers().filter((name) => !isBuiltElsewhere(name))) {
    const sources = globSync('**/*.ts', { cwd: join(root, 'src', layer) }).filter((file) => !file.endsWith('.d.ts'));
    const expected = new Set(sources.map((file) => file.replace(/\.ts$/, '.js')));
    const built = globSync('**/*.js', { cwd: join(root, 'out', layer) });
    for (const file of built.filter((name) => !expected.has(name))) {
      rmSync(join(root, 'out', layer, file));
      rmSync(join(root, 'out', layer, `${file}.map`), { force: true });
    }
    missing ||= built.filter((name) => expected.has(name)).length < expected.size;
  }
  return missing;
}

/**
 * Compiles src to out/ (types to .tsc/), joins the command line to out/bundle/, and checks the types of the further projects given ("src/renderer", "test", "bench"); projects
 * without a single .ts file are left out. Emits even when there are type errors. Resolves to the text of what is wrong and the number of errors.
 */
export async function compile(further = []) {
  const projects = ['.', ...further.filter((folder) => globSync('**/*.ts', { cwd: join(root, folder) }).length > 0)];
  const force = existsSync(join(root, '.tsc')) && tidyOutput() ? ['--force'] : [];
  // Joined each time, so that out/bundle never runs what out/ no longer says.
  const joined = bundle().then(() => null, (error) => error);
  const { code, text } = await output(projectNode, [tool.tsc, '-b', ...projects, ...force, '--pretty', 'false']);
  const errors = text.match(/\berror TS\d+:/g)?.length ?? 0;
  const found = code !== 0 && errors === 0 ? 1 : errors;
  const fault = await joined;
  return fault === null ? { text, errors: found } : { text: `${text}${fault.message}\n`, errors: found + 1 };
}

/** Runs a program in the project's folder; resolves to its exit code (null when a signal ended it) and everything it printed. */
export function output(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece) => (text += piece));
    child.on('error', reject).on('close', (code) => resolve({ code, text }));
  });
}
