import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { YOUNG_ROOM } from '../../../src/contract/helper-process.ts';
import { forkChild } from '../../../src/engine/lake/index.ts';

/** What a process that stays holds for young objects (docs/operations/serve.md). */

const folder = mkdtempSync(join(tmpdir(), 'hms-room-'));
afterAll(() => rmSync(folder, { recursive: true }));
const hms = fileURLToPath(new URL('../../../bin/hms.mjs', import.meta.url));

describe('hms dta serve', () => {
  const tell = join(folder, 'tell.cjs');
  writeFileSync(tell, `process.stderr.write(JSON.stringify([process.pid, process.execArgv, process.env.UV_THREADPOOL_SIZE]) + '\\n');`);
  const env = { ...process.env, UV_THREADPOOL_SIZE: undefined, NODE_OPTIONS: `--require "${tell.replaceAll('\\', '/')}"` };
  const told = (options: readonly string[], command: string) => {
    const { pid, stderr, status } = spawnSync(process.execPath, [...options, hms, 'dta', command, '--help'], { encoding: 'utf8', env });
    return { pid, status, programs: stderr.split('\n').filter((line) => line.startsWith('[')).map((line) => JSON.parse(line) as unknown) };
  };

  it('goes on as the program that is told how much room to take, in the same process', (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no such call: there it is a process of its own');
    const { pid, status, programs } = told(['--no-warnings'], 'serve');
    expect([status, programs]).toEqual([
      0,
      [
        [pid, ['--no-warnings'], null],
        [pid, ['--no-warnings', YOUNG_ROOM], '24'],
      ],
    ]);
  });

  it('leaves it to who says how much', () => {
    const { pid, programs } = told(['--max-semi-space-size=8'], 'serve');
    expect(programs).toEqual([[pid, ['--max-semi-space-size=8'], null]]);
  });

  it('is the only command that does', () => {
    const { pid, programs } = told([], 'ls');
    expect(programs).toEqual([[pid, [], null]]);
  });
});

it('a process that the engine starts keeps two halves of 4 MB for young objects, where one that is not told takes more', { timeout: 60_000 }, async () => {
  const file = join(folder, 'busy.mjs');
  writeFileSync(
    file,
    `import { getHeapSpaceStatistics } from 'node:v8';
    let kept = [];
    for (let i = 0; i < 2_000_000; i++) {
      kept.push({ i, of: [i] });
      if (kept.length > 50_000) kept = kept.slice(25_000);
    }
    const { space_size } = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    process.send({ options: process.execArgv, bytes: space_size }, () => process.exit());`,
  );
  const own = await new Promise((resolve) => forkChild({ name: 'query', file }, { onMessage: resolve, onExit: resolve }));
  expect(own).toEqual({ options: [YOUNG_ROOM], bytes: 8 * 1024 ** 2 });
  const [other] = (await once(fork(file, { execArgv: [] }), 'message')) as [{ bytes: number }];
  expect(other.bytes).toBeGreaterThan(8 * 1024 ** 2);
});
