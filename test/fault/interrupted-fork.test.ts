import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { forkLake } from '../../src/engine/fork.ts';
import { FaultPlace } from '../builders/fault/fault-place.ts';
import { Crash, FaultyDisk } from '../builders/fault/faulty-disk.ts';
import { saveTemplates } from '../builders/fault/templates.ts';

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  await saveTemplates(place);
});
afterAll(() => place.remove());

const REASON = 'The newer copy burned.';

/** Code and severity of all that the check says. */
async function said(): Promise<string[]> {
  return (await place.verify()).findings.map(({ severity, code }) => `${severity} ${code}`);
}

it('a fork that is interrupted after any call is no damage: the check says what it is from the first step to the last, and the same command finishes it', { timeout: 120_000 }, async () => {
  place.restore('older copy');
  const counting = new FaultyDisk(null);
  await forkLake(place.options({ disk: counting.disk }), REASON);
  const renames = counting.calls.filter(({ primitive }) => primitive === 'rename');
  const [leaves, last] = [renames.find(({ path }) => path.endsWith('lake/ledger')), renames.find(({ path }) => path.includes('replace-'))];
  expect(leaves).toBeDefined();
  expect(last).toBeDefined();
  const met = new Set<string>();
  for (const { number, primitive } of counting.calls) {
    // What another process sees changes with these only.
    if (!['rename', 'mkdir', 'unlink', 'rmdir'].includes(primitive)) continue;
    place.restore('older copy');
    const dying = new FaultyDisk({ at: number, kind: 'crashAfter' });
    await expect(forkLake(place.options({ disk: dying.disk }), REASON)).rejects.toBeInstanceOf(Crash);
    await dying.bury();
    const findings = await said();
    expect(findings.filter((line) => line.startsWith('error')), `after call ${number}`).toEqual([]);
    if (number >= (leaves?.number ?? 0) && number <= (last?.number ?? 0)) expect(findings, `after call ${number}`).toEqual(['warning FORK_INTERRUPTED']);
    for (const line of findings) met.add(line);
    await forkLake(place.options(), REASON);
    expect(await said(), `after call ${number} and the same command`).not.toContain('warning FORK_INTERRUPTED');
  }
  expect(met).toContain('warning FORK_INTERRUPTED');
});

it('what is damaged in either ledger is found all the same while a fork is interrupted', async () => {
  place.restore('older copy');
  const counting = new FaultyDisk(null);
  await forkLake(place.options({ disk: counting.disk }), REASON);
  const leaves = counting.calls.find(({ primitive, path }) => primitive === 'rename' && path.endsWith('lake/ledger'));
  place.restore('older copy');
  const dying = new FaultyDisk({ at: leaves?.number ?? 0, kind: 'crashAfter' });
  await expect(forkLake(place.options({ disk: dying.disk }), REASON)).rejects.toBeInstanceOf(Crash);
  await dying.bury();
  for (const [ledger, code] of [['origin/ledger', 'LEDGER_REWRITTEN'], ['fork/ledger', 'ENTRY_NO_EFFECT']] as const) {
    const [file] = globSync(`staging/*/${ledger}/entries/x000/x000/000/entry.json`, { cwd: place.lake });
    const entry = join(place.lake, file ?? '');
    const text = readFileSync(entry, 'utf8');
    writeFileSync(entry, text.replace('"seq":0', '"seq":1'));
    expect(await said()).toContain(`error ${code}`);
    writeFileSync(entry, text);
  }
  expect(await said()).toEqual(['warning FORK_INTERRUPTED']);
});

it('a file in staging that only claims that a fork was interrupted keeps nothing unchecked', async () => {
  place.restore('one version');
  const folder = join(place.lake, 'staging', '0190f5e2-7a1b-7c3d-8e4f-5a6b7c8d9e0f', 'fork');
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(place.lake, 'lake.json'), join(folder, 'lake.json'));
  expect(await said()).toEqual(['note DRAFT_OPEN']);
  const entries = globSync('ledger/entries/x000/x000/*', { cwd: place.lake }).sort();
  rmSync(join(place.lake, entries.at(-1) ?? ''), { recursive: true });
  expect(await said()).toContain('error LEDGER_SHORTENED');
});
