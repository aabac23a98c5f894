import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openToRead } from '../../src/engine/open.ts';
import { verify } from '../../src/verify/index.ts';
import { errorsOf, expectVersion } from '../builders/fault/fault-place.ts';
import { hms } from '../builders/fault/processes.ts';

/** Real command lines of one workstation on one draft at the same time. */

let base: string;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'hms-drafts-'));
  for (const args of [['init', join(base, 'lake'), '--zone', 'America/New_York'], ['create', 'SHARED', '--lake', join(base, 'lake')]]) {
    const end = await hms(join(base, 'profile'), 'dta', ...args).ended;
    expect([end.code, end.code === 0 ? '' : end.stderr]).toEqual([0, '']);
  }
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const PUTS = 4;
const FILES = 60;

function filesOf(put: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: FILES }, (_, i) => [`from-${put}/${i}.txt`, `file ${i} of ${i % 3 === 0 ? 'all' : put}`]));
}

it('four puts into one draft at once, with commits in between, lose no file: each is in exactly one version, or its put was refused', { timeout: 120_000 }, async () => {
  const lake = ['--lake', join(base, 'lake')];
  for (let put = 0; put < PUTS; put++) {
    for (const [name, text] of Object.entries(filesOf(put))) {
      mkdirSync(join(base, 'in', name, '..'), { recursive: true });
      writeFileSync(join(base, 'in', name), text);
    }
  }
  const commit = () => hms(join(base, 'profile'), 'dta', 'commit', ...lake, 'SHARED', '-m', 'at once').ended;
  const puts = Array.from({ length: PUTS }, (_, put) => hms(join(base, 'profile'), 'dta', 'put', ...lake, 'SHARED', join(base, 'in', `from-${put}`)));
  const commits = [await commit(), await commit()];
  const ends = await Promise.all(puts.map((put) => put.ended));
  // What was refused, because a commit was under way, is put again.
  for (const [put, end] of ends.entries()) {
    expect([0, 3], end.stderr).toContain(end.code);
    if (end.code === 0) continue;
    const again = await hms(join(base, 'profile'), 'dta', 'put', ...lake, 'SHARED', join(base, 'in', `from-${put}`)).ended;
    expect([again.code, again.code === 0 ? '' : again.stderr]).toEqual([0, '']);
  }
  commits.push(await commit());
  for (const end of commits) expect([0, 3], end.stderr).toContain(end.code);

  expect(errorsOf(await verify(join(base, 'lake')))).toEqual([]);
  const open = await openToRead({ folder: join(base, 'lake'), profile: join(base, 'profile') });
  const newest = open.catalog.view.dataset('SHARED' as never)?.newest ?? 0;
  await expectVersion(open, 'SHARED', newest, Object.assign({}, ...Array.from({ length: PUTS }, (_, put) => filesOf(put))) as Record<string, string>);
  await open.close();
  expect(readdirSync(join(base, 'lake', 'staging'))).toEqual([]);
});
