import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Office } from './office.ts';

const office = new Office();
const secret = { HMS_PASSPHRASE: 'correct horse battery staple' };
beforeAll(async () => {
  await office.init();
  office.write('a.csv', 'a,b\n');
  await office.does(['ingest', 'WF', 'a.csv', '-m', 'x']);
});
afterAll(() => office.remove());

it('an officer makes a key, is enrolled, signs an export, and the check tells who it was', { timeout: 120_000 }, async () => {
  const made = await office.json(['key', 'make', 'Maria Ortega', '--organization', 'Region 5', '--default'], { env: secret });
  expect(made).toMatchObject({ code: 0, value: { name: 'Maria Ortega', algorithm: 'ecdsa', isDefault: true } });
  const id = String(made.value['key']);
  expect((await office.does(['key', 'list'])).split('\n')[1]).toMatch(new RegExp(`^${id.slice(0, 16)} +Maria Ortega +ECDSA P-256 +signs exports$`));
  expect(await office.does(['key', 'enroll', 'maria ortega'])).toContain('is enrolled as an officer');
  expect((await office.json(['station', 'list'])).value['keys']).toContainEqual(expect.objectContaining({ id, role: 'officer', name: 'Maria Ortega' }));

  // The default officer signs; without the passphrase nothing is exported, unless the workstation is to sign.
  expect(await office.json(['export', 'WF', '--to', 'zip', 'p.zip'])).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
  expect(await office.json(['export', 'WF', '--to', 'zip', 's.zip', '--as', 'station'])).toMatchObject({ code: 0, value: { signedBy: { kind: 'station' }, actSigned: false } });
  expect(await office.json(['export', 'WF', '--to', 'zip', 'p.zip'], { env: { HMS_PASSPHRASE: 'wrong passphrase' } })).toMatchObject({
    code: 3,
    value: { error: { code: 'KEY_REFUSED', message: 'The passphrase does not open the key of Maria Ortega.' } },
  });
  office.write('pass.txt', `${secret.HMS_PASSPHRASE}\r\nand a second line\n`);
  expect(await office.json(['export', 'WF', '--to', 'zip', 'p.zip', '--passphrase-file', 'pass.txt'])).toMatchObject({ code: 0, value: { signedBy: { kind: 'officer', name: 'Maria Ortega' }, actSigned: true, recorded: true } });
  await office.does(['key', 'export', 'Maria Ortega', 'maria.cert.pem', '--to', 'cert']);
  expect(await office.json(['verify', 'p.zip', '--trust', 'maria.cert.pem'])).toMatchObject({ code: 0, value: { answers: { signedBy: { answer: 'officer', name: 'CN=Maria Ortega, O=Region 5' }, trusted: { answer: 'yes' } } } });
  expect((await office.hms(['log'])).out).toMatch(/version\.exported +version:WF:v1 +Maria Ortega/);
});

it('a key goes to another computer as .p12 and signs there; the private half is never shown', { timeout: 120_000 }, async () => {
  await office.does(['key', 'export', 'Maria Ortega', 'maria.p12'], { env: secret });
  const profile = join(office.folder, 'other');
  expect(await office.json(['key', 'import', 'maria.p12'], { env: secret, profile })).toMatchObject({ code: 0, value: { name: 'Maria Ortega' } });
  expect(await office.json(['key', 'import', 'maria.p12'], { env: { HMS_PASSPHRASE: 'wrong passphrase' }, profile: join(office.folder, 'third') })).toMatchObject({ code: 3, value: { error: { message: 'The passphrase does not open maria.p12.' } } });
  const shown = await office.hms(['key', 'show', 'Maria Ortega'], { profile });
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.out).toContain('Issued by:');
  expect(shown.out).not.toContain('PRIVATE');
  expect(await office.json(['key', 'default', 'station'])).toMatchObject({ code: 0, value: { default: null } });
  for (const name of readdirSync(join(profile, 'keys'))) expect(readFileSync(join(profile, 'keys', name), 'latin1')).not.toContain('BEGIN PRIVATE KEY');
});

it('tells what is wrong with a key file or a name in plain words', { timeout: 120_000 }, async () => {
  writeFileSync(join(office.folder, 'noise.p12'), 'noise');
  const [noise, none, nobody, form] = await Promise.all([
    office.json(['key', 'import', 'noise.p12'], { env: secret }),
    office.json(['key', 'import', 'nothing.p12'], { env: secret }),
    office.json(['key', 'show', 'Nobody']),
    office.json(['key', 'export', 'Maria Ortega', 'x', '--to', 'jks'], { env: secret }),
  ]);
  expect(noise).toMatchObject({ code: 3, value: { error: { code: 'KEY_REFUSED' } } });
  expect(none).toMatchObject({ code: 2, value: { error: { code: 'USAGE', message: 'There is no file nothing.p12.' } } });
  expect(nobody).toMatchObject({ code: 2, value: { error: { code: 'KEY_UNKNOWN' } } });
  expect(form).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
});
