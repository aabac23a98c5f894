import { createHmac } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractText, rig } from '../engine/normalize/intake.ts';
import { Office } from './office.ts';

/** `hms dta secret …` as two workstations on one lake have it: each command is a process of its own, with the profile of its workstation. */

const office = new Office();
const second = { profile: join(office.folder, 'second') };

beforeAll(async () => {
  await office.init();
  office.write('contract.yaml', contractText());
  office.write('other.yaml', contractText({ name: 'other_tests', patterns: ['other_*.csv'] }));
  office.write('seatbelt_1.csv', rig(2));
  office.write('other_1.csv', rig(1));
  office.write('seatbelt_2.csv', rig(1, { from: 5 }));
  for (const file of ['contract.yaml', 'other.yaml']) await office.does(['contract', 'publish', file]);
  await office.does(['raw', 'put', '--program', '12', 'seatbelt_1.csv', 'other_1.csv']);
  await office.hms(['ls'], second);
  const { requests } = (await office.json(['station', 'list'])).value as unknown as { requests: { id: string; fingerprint: string }[] };
  await office.does(['station', 'enroll', requests[0]?.id.slice(0, 16) ?? '', '--fingerprint', requests[0]?.fingerprint ?? '']);
}, 120_000);
afterAll(() => office.remove());

interface Shown {
  readonly secret: { readonly id: string; readonly here: boolean } | null;
  readonly older: readonly { readonly id: string }[];
  readonly copies: readonly { readonly secret: string }[];
  readonly staleTables: readonly string[];
}

const shown = async (options = {}): Promise<Shown> => (await office.json(['secret', 'show'], options)).value as unknown as Shown;
const hashOf = (ssn: string, id: string, profile: string): string => {
  const { key } = JSON.parse(readFileSync(join(profile, 'secrets', `${id}.json`), 'utf8')) as { key: string };
  return createHmac('sha256', Buffer.from(key, 'base64url')).update(ssn).digest('hex');
};
const ssns = async (sql = 'SELECT ssn FROM car_sensor_tests ORDER BY tested_at, ssn'): Promise<string[]> => (await office.does(['query', sql, '--format', 'csv'])).split(/\r?\n/).slice(1).filter((line) => line !== '');

it('is made by the first table, shared by seven words, taken with them, and replaced for both', { timeout: 240_000 }, async () => {
  expect(await office.does(['secret', 'show'])).toBe('This lake has no secret for masks yet. It is made when the first table with masks is written, or with: hms dta secret share');
  expect((await office.hms(['secret', 'accept'], { ...second, env: { HMS_PASSPHRASE: 'one two three four five six seven' } })).code).toBe(3);
  await office.does(['raw', 'normalize']);
  const first = await shown();
  const old = first.secret?.id ?? '';
  expect(first).toMatchObject({ secret: { here: true }, older: [], copies: [], staleTables: [] });
  expect(await ssns()).toEqual([hashOf('219090000', old, office.profile), hashOf('219090001', old, office.profile)].sort());

  // The second workstation has no secret: it shows so, and its drops wait.
  expect(await office.does(['secret', 'show'], second)).toMatch(/^Here: +no; take it with: hms dta secret accept$/m);
  await office.does(['raw', 'put', '--program', '12', 'seatbelt_2.csv'], second);
  const held = await office.hms(['raw', 'normalize'], second);
  expect([held.code, held.err]).toEqual([1, expect.stringContaining('1 drop for car_sensor_tests must wait. This workstation does not have the secret of this lake') as string]);

  const shared = await office.hms(['secret', 'share']);
  const words = shared.out.trim();
  expect([shared.code, words.split(' ').length, shared.err]).toEqual([0, 7, 'These words are shown this once. Tell them to the person at the other workstation, aloud or on paper and never beside the lake; there: hms dta secret accept\n']);
  const wrong = await office.json(['secret', 'accept'], { ...second, env: { HMS_PASSPHRASE: `${words}s` } });
  expect([wrong.code, wrong.value['error']]).toEqual([3, expect.objectContaining({ code: 'SECRET_REFUSED' })]);
  expect((await office.hms(['secret', 'accept'], second)).code).toBe(2);
  office.write('words.txt', `${words}\n`);
  expect(await office.does(['secret', 'accept', '--passphrase-file', 'words.txt'], second)).toBe(`This workstation has the secret ${old.slice(0, 16)} now.`);
  expect(await office.does(['raw', 'normalize'], second)).toBe('1 raw drop normalized, 1 row.');
  expect(await ssns(`SELECT ssn FROM car_sensor_tests WHERE ssn = '${hashOf('219090005', old, second.profile)}'`)).toHaveLength(1);

  // The second replaces it; the first has to take the new one.
  const rotated = await office.hms(['secret', 'rotate', '-m', 'A laptop was lost'], second);
  const made = (await shown(second)).secret?.id ?? '';
  expect([rotated.code, rotated.out]).toEqual([0, `The secret is ${made.slice(0, 16)} from now on.\ncar_sensor_tests:v3 is masked again: 3 rows from 2 raw drops.\nother_tests:v2 is masked again: 1 row from 1 raw drop.\n`]);
  expect(rotated.err).toContain('Other workstations need the new secret: hms dta secret share here, hms dta secret accept there.');
  expect(rotated.err).toContain(`keep the masks of the old one (${old.slice(0, 16)})`);
  expect(await shown()).toMatchObject({ secret: { id: made, here: false }, older: [{ id: old }], copies: [{ secret: old }], staleTables: [] });
  expect(await ssns()).toEqual([...['219090000', '219090001', '219090005'].map((ssn) => hashOf(ssn, made, second.profile))].sort());
  const stale = await office.hms(['secret', 'accept', '--passphrase-file', 'words.txt']);
  expect([stale.code, stale.err]).toEqual([0, 'It is an older one: rows are masked with a newer secret now. Ask for a copy of that one.\n']);
  const again = await office.does(['secret', 'share'], second);
  expect(await office.does(['secret', 'accept'], { env: { HMS_PASSPHRASE: again } })).toBe(`This workstation has the secret ${made.slice(0, 16)} now.`);
  expect((await office.hms(['verify', office.lake])).code).toBe(0);
});

const entries = (): number => globSync('ledger/entries/*/*/*/entry.json', { cwd: office.lake }).length;
const gone = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(null)));

it('is killed in the middle of a rotation, which goes on with the same secret when the command is given again', { timeout: 240_000 }, async () => {
  const before = await shown();
  // As soon as the secret stands in the ledger, then as soon as a table does: once before the first table, once between the two.
  for (let kill = 0; kill < 2; kill++) {
    const size = entries();
    const child = office.start(['secret', 'rotate', '-m', 'Killed']);
    while (entries() === size && child.exitCode === null) await setTimeout(5);
    child.kill('SIGKILL');
    await gone(child);
  }
  const between = await shown();
  expect(between.older).toHaveLength(before.older.length + 1);
  const { code, value } = await office.json(['secret', 'rotate', '-m', 'Killed']);
  expect([code, value]).toMatchObject([0, { secret: between.secret?.id, replaces: before.secret?.id, new: false, left: [], failed: [] }]);
  expect(await shown()).toMatchObject({ secret: { id: between.secret?.id }, staleTables: [] });
  const made = between.secret?.id ?? '';
  expect(await ssns()).toEqual(['219090000', '219090001', '219090005'].map((ssn) => hashOf(ssn, made, office.profile)).sort());
  expect(await ssns('SELECT ssn FROM other_tests')).toEqual([hashOf('219090000', made, office.profile)]);
  const verified = await office.hms(['verify', office.lake]);
  expect([verified.code, verified.out]).toEqual([0, expect.any(String)]);
});
