import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from './compile.mjs';
import { counts, failure } from './counts.mjs';
import { electronTests } from './electron-tests.mjs';
import { projectNode, root, tool } from './places.mjs';
import { lintFiles, lintImports } from './style.mjs';
import { webTests } from './web.mjs';

/** Runs a check and prints one line, and its findings if it has any. Resolves to its counts: each finding is a failure, and a check that breaks is one. */
async function check(name, run) {
  const started = Date.now();
  const { text, errors } = await run().catch((error) => ({ text: `${error.stack}\n`, errors: 1 }));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${name}: ${errors === 0 ? 'no findings' : `${errors} ${errors === 1 ? 'finding' : 'findings'}`} (${seconds} s)`);
  if (errors > 0) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return { passed: 0, failed: errors, skipped: 0, failures: errors > 0 ? [failure(name, [text])] : [] };
}

/** Runs a project of vitest with the filters given; resolves to its counts. One that runs `behind` another is printed when it has ended. */
async function vitest(project, filters, behind = false) {
  const folder = mkdtempSync(join(tmpdir(), 'hms-test-'));
  const resultFile = join(folder, 'vitest.json');
  const printed = join(folder, 'printed');
  const output = behind ? openSync(printed, 'w') : 'inherit';
  const reporters = ['--reporter=default', '--reporter=./scripts/skipped-reporter.mjs', '--reporter=json', `--outputFile.json=${resultFile}`];
  try {
    const code = await exitCode(projectNode, [tool.vitest, 'run', '--project', project, ...reporters, ...filters], output);
    if (behind) process.stdout.write(readFileSync(printed));
    return counts(resultFile, code);
  } finally {
    if (behind) closeSync(output);
    rmSync(folder, { recursive: true, force: true });
  }
}

function exitCode(command, args, output) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['inherit', output, output] });
    // Ctrl-C ends the runner; this process stays for the closing line.
    process.on('SIGINT', () => {}).on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', () => resolve(127)).on('exit', (code) => resolve(code ?? 1));
  });
}

const filters = process.argv.slice(2);
const ofShares = filters.some((filter) => filter.includes('test/net'));
// Workstations and servers mostly wait, for kernels that start and for servers that are away: beside everything else.
const shares = filters.length === 0 || ofShares ? vitest('net', filters, !ofShares) : null;
// ESLint runs in this process and the compiler in another, so the first two share two cores.
const runs = await Promise.all([
  check('types', () => compile(['src/renderer', 'test', 'test/unit/renderer', 'test/web', 'bench'])),
  check('lint', () => lintFiles()),
  check('imports', () => lintImports()),
]);
// What the compiler's step joined: the tests start the command line hundreds of times, and the sources need three times as long to start.
process.env.HMS_TEST_PROGRAM = join(root, 'out', 'bundle', 'hms.cjs');
// A filter names files of one project or the other.
if (!ofShares) runs.push(await vitest('fast', filters));
if (shares !== null) runs.push(await shares);
// The screens have `npm run test:web`.
if (filters.length === 0) runs.push(await webTests(), await electronTests());
const sum = (name) => runs.reduce((total, counted) => total + counted[name], 0);
if (sum('failed') > 0) process.exitCode = 1;
// Once more at the end, where thousands of lines do not hide them.
for (const text of runs.flatMap(({ failures }) => failures)) console.log(`FAILED  ${text}\n`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
