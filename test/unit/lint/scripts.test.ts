import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';

interface Counted {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Each with its message. */
  readonly failures: readonly string[];
}
type Counts = (resultFile: string, code: number) => Counted;

const root = fileURLToPath(new URL('../../../', import.meta.url));
const scripts = new URL('../../../scripts/', import.meta.url).href;
const { electronTests, whyNoWindow } = (await import(`${scripts}electron-tests.mjs`)) as {
  electronTests: (env: Readonly<Record<string, string>>) => Promise<Counted>;
  whyNoWindow: (env: Readonly<Record<string, string>>, platform: string) => string | null;
};
const { counts, webCounts } = (await import(`${scripts}counts.mjs`)) as { counts: Counts; webCounts: Counts };

const folder = mkdtempSync(join(tmpdir(), 'hms-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the closing line', () => {
  const report = (value: object): string => {
    const file = join(folder, 'report.json');
    writeFileSync(file, JSON.stringify(value));
    return file;
  };
  const clean = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [{ status: 'passed', assertionResults: [] }] };

  it('counts what passed, and what was left out as skipped', () => {
    expect(counts(report(clean), 0)).toEqual({ passed: 3, failed: 0, skipped: 2, failures: [] });
  });

  it('counts a file that fails without a failed test as one failure', () => {
    const broken = { name: join(root, 'test', 'broken.test.ts'), status: 'failed', message: 'No such module', assertionResults: [{ status: 'skipped' }] };
    const failing = {
      name: join(root, 'test', 'failing.test.ts'),
      status: 'failed',
      assertionResults: [{ status: 'failed', fullName: 'a lake is whole', failureMessages: ['\u001b[31mexpected 1 to be 2\u001b[39m'] }, { status: 'passed' }],
    };
    expect(counts(report({ ...clean, numFailedTests: 1, testResults: [broken, failing] }), 1)).toMatchObject({
      failed: 2,
      failures: [`${join('test', 'failing.test.ts')} > a lake is whole\nexpected 1 to be 2`, `${join('test', 'broken.test.ts')}\nNo such module`],
    });
  });

  it('names the screen that failed, and an error of the run itself', () => {
    const spec = (title: string, ok: boolean): object => ({ file: 'main.web.ts', title, ok, tests: [{ results: [{ errors: ok ? [] : [{ message: 'no button' }] }] }] });
    const stats = { expected: 1, flaky: 0, unexpected: 1, skipped: 0 };
    const suites = [{ specs: [spec('opens', true)], suites: [{ specs: [spec('closes', false)] }] }];
    expect(webCounts(report({ stats, suites, errors: [{ message: 'no server' }] }), 1)).toEqual({
      passed: 1,
      failed: 2,
      skipped: 0,
      failures: ['main.web.ts > closes\nno button', 'the run itself\nno server'],
    });
  });

  it('counts an exit code that nobody accounts for as one failure', () => {
    expect(counts(report(clean), 1)).toMatchObject({ passed: 3, failed: 1 });
  });

  it('counts a missing report as one failure', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(counts(join(folder, 'none.json'), 0)).toEqual({ passed: 0, failed: 1, skipped: 0, failures: [] });
    expect(error).toHaveBeenCalledOnce();
    error.mockRestore();
  });
});

describe('the tests of the window', () => {
  const dist = join(folder, 'electron');
  mkdirSync(dist);
  writeFileSync(join(dist, 'electron'), '');

  it('run where Electron and a display are, and say what is missing', (ctx) => {
    ctx.skip(process.platform !== 'linux', 'the stand-in for Electron is that of Linux');
    const named = { ELECTRON_OVERRIDE_DIST_PATH: dist };
    expect(whyNoWindow({ ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' }, 'linux')).toBe('ELECTRON_OVERRIDE_DIST_PATH names /nowhere, but /nowhere/electron is not there.');
    expect(whyNoWindow(named, 'linux')).toBe('there is no display');
    expect([whyNoWindow({ ...named, DISPLAY: ':0' }, 'linux'), whyNoWindow({ ...named, WAYLAND_DISPLAY: 'wayland-0' }, 'linux')]).toEqual([null, null]);
  });

  it('count as one that was skipped where they cannot run, in a line with the reason', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const counted = await electronTests({ ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' });
    const said = log.mock.calls;
    log.mockRestore();
    expect(counted).toEqual({ passed: 0, failed: 0, skipped: 1, failures: [] });
    expect(said).toEqual([[expect.stringMatching(/^SKIPPED {2}the window in Electron: ELECTRON_OVERRIDE_DIST_PATH names \/nowhere/)]]);
  });
});

describe('a program that stands in for another', () => {
  const standIn = (code: string): string[] => [
    '--input-type=module',
    '--eval',
    `import { becomeChild } from '${scripts}child.mjs'; becomeChild(process.execPath, ['--eval', ${JSON.stringify(code)}]);`,
  ];

  it('ends with its exit code', () => {
    expect(spawnSync(process.execPath, standIn('process.exit(7)')).status).toBe(7);
  });

  it('ends by the signal that ended it', (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no signals');
    expect(spawnSync(process.execPath, standIn("process.kill(process.pid, 'SIGKILL')")).signal).toBe('SIGKILL');
  });

  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on once and lets it tidy up', async (signal, ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no signals');
    const code = `let n = 0; process.on('${signal}', () => { n += 1; setTimeout(() => { console.log('times', n); process.exit(3); }, 100); }); console.log('ready'); setInterval(() => {}, 1000)`;
    const child = spawn(process.execPath, standIn(code), { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (piece.includes('ready')) child.kill(signal);
    });
    const [status] = (await once(child, 'close')) as [number | null];
    expect({ status, text }).toEqual({ status: 3, text: 'ready\ntimes 1\n' });
  });
});
