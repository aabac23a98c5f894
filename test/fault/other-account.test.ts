import { chmodSync, chownSync, cpSync, globSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetId, Tag } from '../../src/contract/index.ts';
import { commit, put } from '../../src/engine/drafting.ts';
import { initLake } from '../../src/engine/init.ts';
import { start } from '../builders/fault/processes.ts';
import { quiet } from '../builders/fault/quiet.ts';

/** A lake that belongs to one account, and a process of another one: root is never refused, so only a real other account shows what people see. */

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0 && process.platform !== 'win32';
const why = 'only root can become another account';

let base: string;
let own: string;
let foreign: string;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'hms-account-'));
  if (!isRoot) return;
  chmodSync(base, 0o755);
  writeFileSync(join(base, 'in.txt'), 'a record');
  const profile = join(base, 'profile');
  const { lake } = await initLake({ folder: join(base, 'lake'), profile, zone: 'America/New_York' });
  for (const [id, tags] of [['OPEN', []], ['CLOSED', ['phi']]] as const) {
    await put(lake, id as DatasetId, [{ kind: 'path', path: join(base, 'in.txt') }], { ...quiet, inline: true });
    await commit(lake, id as DatasetId, { message: null, tags: tags as readonly string[] as readonly Tag[] });
  }
  await lake.close();
  // The same workstation, in a profile that the other account may write.
  own = join(base, 'own-profile');
  cpSync(profile, own, { recursive: true });
  for (const name of ['.', ...globSync('**/*', { cwd: own })]) chownSync(join(own, name), NOBODY, NOBODY);
  foreign = join(base, 'foreign-profile');
  cpSync(profile, foreign, { recursive: true });
  chmodSync(foreign, 0o700);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly kept: string | null;
  readonly next: string | null;
}

async function outcomes(profile: string): Promise<Record<string, unknown>> {
  const end = await start('as-nobody.ts', [join(base, 'lake'), profile, join(base, 'in.txt')]).ended;
  expect([end.code, end.stderr]).toEqual([0, '']);
  return JSON.parse(end.stdout) as Record<string, unknown>;
}

function expectRefused(outcome: unknown, message: RegExp): void {
  expect(outcome).toMatchObject({ code: 'NO_PERMISSION', message: expect.stringMatching(message) as string, kept: expect.any(String) as string, next: expect.any(String) as string });
}

describe('another account of the same computer', () => {
  it('reads and checks a lake that it may not write, and is told so when it writes', async (context) => {
    if (!isRoot) context.skip(why);
    const did = await outcomes(own);
    expect([did['uid'], did['read'], did['read closed'], did['verify']]).toEqual([NOBODY, 'a record', 'a record', []]);
    expectRefused(did['tag'], /^Opening the lake for writing failed: this account has no permission for .*staging/);
    expectRefused(did['put'], /^Opening the lake for writing failed: this account has no permission for .*staging/);
    expectRefused(did['commit'], /^Opening the lake for writing failed: this account has no permission for .*staging/);
  });

  it('reads without a profile of its own', async (context) => {
    if (!isRoot) context.skip(why);
    const did = await outcomes(foreign);
    expect([did['read'], did['verify']]).toEqual(['a record', []]);
    expectRefused(did['tag'], /no profile folder that it can write/);
  });

  it('reads what is open and is told what is closed where raw/ is closed to it', async (context) => {
    if (!isRoot) context.skip(why);
    const raw = join(base, 'lake', 'raw');
    const { mode } = lstatSync(raw);
    chmodSync(raw, 0o700);
    try {
      const did = await outcomes(own);
      expect(did['read']).toBe('a record');
      const closed = did['read closed'] as Refusal;
      expect(closed).toMatchObject({ code: 'NO_PERMISSION', kept: expect.any(String) as string, next: expect.any(String) as string });
      expect(closed.message).toMatch(/^Reading CLOSED:v1 failed: this account has no permission for .*raw/);
      expect(did['verify']).toContain('FILE_UNREADABLE');
    } finally {
      chmodSync(raw, mode);
    }
  });
});
