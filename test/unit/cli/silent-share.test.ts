import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mounted, whyNoMount } from '../../builders/mounted.ts';
import type { Mounted } from '../../builders/mounted.ts';
import { hmsFile } from '../../builders/program.ts';

/** What a person at the terminal is told while the share of a lake stands still. */

describe('a command in a lake whose share stands still', () => {
  let folder: string;
  let share: Mounted;
  beforeEach((ctx) => ctx.skip(whyNoMount !== null, whyNoMount ?? ''));
  beforeAll(async () => {
    if (whyNoMount !== null) return;
    folder = mkdtempSync(join(tmpdir(), 'hms-silent-'));
    share = await mounted(join(folder, 'server'), join(folder, 'share'));
    expect(await ended(start('init', lake()))).toEqual({ code: 0, err: '' });
    expect(await ended(start('create', 'WF-1'))).toEqual({ code: 0, err: '' });
    for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.txt`), name);
    expect(await ended(start('put', 'WF-1', join(folder, 'a.txt')))).toEqual({ code: 0, err: '' });
  });
  afterAll(async () => {
    if (whyNoMount !== null) return;
    share.goOn();
    await share.remove();
    rmSync(folder, { recursive: true });
  });

  const lake = (): string => join(folder, 'share', 'lake');
  const start = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [hmsFile, 'dta', ...args, '--quiet'], { env: { ...process.env, HMS_LAKE: lake(), HMS_PROFILE: join(folder, 'profile') }, stdio: ['ignore', 'pipe', 'pipe'] });
  const told = (child: ChildProcess, text: string): Promise<void> => new Promise((resolve) => child.stderr?.on('data', (piece: Buffer) => piece.includes(text) && resolve()));
  const ended = async (child: ChildProcess): Promise<{ code: number | null; err: string }> => {
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdout?.resume();
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, err };
  };

  it.for([
    ['commit', 'WF-1', '-m', 'one'],
    ['verify', ''],
  ] as const)('%s says that it waits, and for what, and then how long it was', async ([command, ...rest]) => {
    share.stop();
    const child = start(command, ...rest.map((word) => (word === '' ? lake() : word)));
    const isTold = told(child, 'does not answer');
    const end = ended(child);
    await isTold;
    share.goOn();
    const { code, err } = await end;
    expect(err.split('\n')).toEqual([
      `The disk or share of this lake does not answer (${lake()}). Waiting for it: what was kept before is safe, and the work goes on by itself when it answers.`,
      expect.stringMatching(/^The disk or share answers again, after \d+ s\.$/),
      '',
    ]);
    expect(code).toBe(0);
  });

  it('the second Ctrl-C ends it, although a thread waits for the share, and what was in the draft is committed by the next', async () => {
    await ended(start('put', 'WF-1', join(folder, 'b.txt')));
    share.stop();
    const child = start('commit', 'WF-1', '-m', 'two');
    const end = once(child, 'exit');
    await told(child, 'does not answer');
    child.kill('SIGINT');
    await told(child, 'Ctrl-C again');
    child.kill('SIGINT');
    expect(await end).toEqual([null, 'SIGKILL']);
    share.goOn();
    expect(await ended(start('commit', 'WF-1', '-m', 'two'))).toEqual({ code: 0, err: '' });
  });
});
