import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enrollOfficer, exportOfficer, importOfficer, keyFileAt, makeOfficer, officersOf } from '../../../../src/engine/officers.ts';
import { needsPassphrase } from '../../../../src/engine/keys/index.ts';
import type { Officer } from '../../../../src/engine/keys/index.ts';
import { makeSigner, opensslVersion } from '../../../builders/verify/hand-package.ts';

const PASSPHRASE = 'correct horse battery staple';
const hasOpenssl = opensslVersion() !== null;
const root = mkdtempSync(join(tmpdir(), 'hms-officers-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let profiles = 0;
const profile = (): { profile: string } => ({ profile: join(root, `profile-${++profiles}`) });
const openssl = (...args: string[]): string => execFileSync('openssl', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const bring = async (options: { profile: string }, path: string, { certificates = [] as string[], name = null as string | null, passphrase = PASSPHRASE } = {}): Promise<Officer> => {
  const file = await keyFileAt(join(root, path), certificates);
  return importOfficer(options, file, needsPassphrase(file), passphrase, name);
};

/** The key opens, and what it signs verifies under the certificate. */
async function signs(options: { profile: string }, officer: Officer, passphrase = PASSPHRASE): Promise<boolean> {
  const signer = await (await officersOf(options)).open(officer, passphrase);
  const { verify } = await import('node:crypto');
  return verify('sha256', Buffer.from('x'), new X509Certificate(signer.certificate).publicKey, signer.sign(Buffer.from('x')));
}

describe("an officer's key", () => {
  it('is made, kept encrypted for its owner only, found by name or digits, and opened by its passphrase alone', async () => {
    const options = profile();
    const officer = await makeOfficer(options, 'María Ørtega, Jr.', 'Region 5', PASSPHRASE);
    const files = readdirSync(join(options.profile, 'keys'));
    expect(files.sort()).toEqual([`${officer.id.slice(0, 16)}.cert.pem`, `${officer.id.slice(0, 16)}.key.pem`]);
    for (const file of files) expect(statSync(join(options.profile, 'keys', file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(options.profile, 'keys', files[1] ?? ''), 'latin1')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    const store = await officersOf(options);
    expect(officer.name).toContain('María Ørtega');
    expect(await store.find(officer.id.slice(0, 16))).toEqual(officer);
    expect(await store.find(officer.name.toUpperCase())).toEqual(officer);
    expect(await signs(options, officer)).toBe(true);
    await expect(store.open(officer, 'Correct horse battery staple')).rejects.toMatchObject({ code: 'KEY_REFUSED', message: `The passphrase does not open the key of ${officer.name}.` });
    await expect(store.open(officer, '')).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    await expect(store.find('nobody')).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    const { subject } = new X509Certificate(officer.certificates[0]);
    expect(subject).toContain('O=Region 5');
  });

  it('is not opened where others can read it', async () => {
    const options = profile();
    const officer = await makeOfficer(options, 'A', null, PASSPHRASE);
    chmodSync(join(options.profile, 'keys', `${officer.id.slice(0, 16)}.key.pem`), 0o644);
    await expect(signs(options, officer)).rejects.toMatchObject({ code: 'KEY_REFUSED', message: expect.stringContaining('can be read by other accounts') as string });
  });

  it('needs a passphrase that is one, and a name that a certificate can have', async () => {
    const options = profile();
    await expect(makeOfficer(options, 'A', null, 'short')).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    for (const name of ['', '  ', 'a\nb', 'x'.repeat(65)]) await expect(makeOfficer(options, name, null, PASSPHRASE)).rejects.toMatchObject({ code: 'NAME_INVALID' });
  });

  it('can be the one that signs where nobody is named', async () => {
    const options = profile();
    const [one, two] = [await makeOfficer(options, 'One', null, PASSPHRASE), await makeOfficer(options, 'Two', null, PASSPHRASE)];
    const store = await officersOf(options);
    await store.setDefault(one);
    await store.setDefault(two);
    expect((await store.list()).map(({ name, isDefault }) => [name, isDefault])).toEqual([['One', false], ['Two', true]]);
    await store.setDefault(null);
    expect((await store.list()).some(({ isDefault }) => isDefault)).toBe(false);
    await makeOfficer(options, 'two', null, PASSPHRASE);
    await expect(store.find('TWO')).rejects.toMatchObject({ code: 'KEY_UNKNOWN', message: '2 keys are of "TWO".' });
  });
});

describe('keys that come and go', () => {
  beforeEach((ctx) => {
    ctx.skip(!hasOpenssl, 'no OpenSSL 3 on this machine to make keys with and to read ours');
  });

  let made: { options: { profile: string }; officer: Officer };
  beforeAll(async () => {
    const options = profile();
    made = { options, officer: await makeOfficer(options, 'Maria Ortega', 'Region 5', PASSPHRASE) };
  });

  it('are read by openssl as we write them: the file in the profile, .p12 and .pem', async () => {
    const { options, officer } = made;
    const own = openssl('pkcs8', '-in', join(options.profile, 'keys', `${officer.id.slice(0, 16)}.key.pem`), '-passin', `pass:${PASSPHRASE}`);
    expect(own).toContain('BEGIN PRIVATE KEY');
    const p12 = await exportOfficer(options, officer, 'p12', join(root, 'out.p12'), PASSPHRASE);
    expect(statSync(p12).mode & 0o777).toBe(0o600);
    const shown = openssl('pkcs12', '-in', p12, '-passin', `pass:${PASSPHRASE}`, '-noenc');
    expect(/-----BEGIN PRIVATE KEY-----[\s\S]*-----END PRIVATE KEY-----\n/.exec(shown)?.[0]).toBe(own);
    expect(shown).toContain('friendlyName: Maria Ortega');
    expect(new X509Certificate(/-----BEGIN CERTIFICATE[\s\S]*END CERTIFICATE-----/.exec(shown)?.[0] ?? '').raw.equals(officer.certificates[0])).toBe(true);
    const info = spawnSync('openssl', ['pkcs12', '-in', p12, '-passin', `pass:${PASSPHRASE}`, '-info', '-noout'], { encoding: 'utf8' }).stderr;
    expect(info).toMatch(/MAC: sha256, Iteration 20000/);
    expect(info.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256/g)).toHaveLength(2);
    const pem = await exportOfficer(options, officer, 'pem', join(root, 'out.pem'), PASSPHRASE);
    expect(openssl('pkcs8', '-in', pem, '-passin', `pass:${PASSPHRASE}`)).toBe(own);
    for (const path of ['out.p12', 'out.pem']) {
      const there = profile();
      const officerThere = await bring(there, path);
      expect({ ...officerThere, certificates: officerThere.certificates.map((der) => Buffer.from(der)) }).toEqual({ ...officer, certificates: officer.certificates.map((der) => Buffer.from(der)) });
      expect(await signs(there, officerThere)).toBe(true);
    }
    await expect(exportOfficer(options, officer, 'cert', pem, null)).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    const cert = await exportOfficer(options, officer, 'cert', join(root, 'out.cert.pem'), null);
    expect(openssl('x509', '-in', cert, '-noout', '-fingerprint', '-sha256').toLowerCase().replaceAll(':', '')).toContain(officer.fingerprint);
  });

  it('refuse a .p12 under a passphrase that programs encode differently, and say so', async () => {
    const options = profile();
    const officer = await makeOfficer(options, 'Ö', null, 'größer als acht');
    await expect(exportOfficer(options, officer, 'p12', join(root, 'never.p12'), 'größer als acht')).rejects.toMatchObject({ code: 'KEY_REFUSED', message: expect.stringContaining('ASCII') as string });
    expect(await signs(options, officer, 'größer als acht')).toBe(true);
  });

  const flavours: [string, 'p256' | 'rsa', string[]][] = [
    ['modern, of a P-256 key', 'p256', ['-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC', '-macalg', 'sha256']],
    ['modern, of an RSA key', 'rsa', ['-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC', '-macalg', 'sha256']],
    ['old, triple DES, of a P-256 key', 'p256', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['old, triple DES, of an RSA key', 'rsa', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['old, RC2, of a P-256 key', 'p256', ['-legacy']],
    ['old, RC2, of an RSA key', 'rsa', ['-legacy']],
  ];
  it.each(flavours)('are read from a .p12 file that openssl wrote: %s, with the chain of its issuers', async (name, key, options) => {
    const folder = join(root, name.replaceAll(/\W+/g, '-'));
    const authority = makeSigner(folder, 'Root');
    const issuing = makeSigner(folder, 'Issuing', { issuer: authority, ca: true });
    const leaf = makeSigner(folder, 'Officer', { issuer: issuing, key });
    writeFileSync(join(folder, 'chain.pem'), Buffer.concat([readFileSync(authority.certificate), readFileSync(issuing.certificate)]));
    openssl('pkcs12', '-export', '-inkey', leaf.key, '-in', leaf.certificate, '-certfile', join(folder, 'chain.pem'), '-out', join(folder, 'o.p12'), '-passout', `pass:${PASSPHRASE}`, ...options);
    const there = profile();
    const path = join(folder, 'o.p12').slice(root.length + 1);
    await expect(bring(there, path, { passphrase: 'wrong passphrase' })).rejects.toMatchObject({ code: 'KEY_REFUSED', message: 'The passphrase does not open o.p12.' });
    const officer = await bring(there, path);
    expect(officer).toMatchObject({ name: 'Officer', algorithm: key === 'rsa' ? 'rsa' : 'ecdsa' });
    // The root is no part of the chain: nobody trusts one for being sent along.
    expect(officer.certificates.map((der) => new X509Certificate(der).subject.split('\n').at(-1))).toEqual(['CN=Officer', 'CN=Issuing']);
    expect(Buffer.from(officer.certificates[0]).equals(new X509Certificate(readFileSync(leaf.certificate)).raw)).toBe(true);
    expect(await signs(there, officer)).toBe(true);
    await expect(bring(there, path)).rejects.toMatchObject({ code: 'KEY_REFUSED', message: expect.stringContaining('already') as string });
  });

  it('are read from PEM and PKCS#8 in all their forms; a certificate is made where there is none', async () => {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'plain.pem');
    openssl('pkcs8', '-topk8', '-in', 'plain.pem', '-scrypt', '-out', 'scrypt.pem', '-passout', `pass:${PASSPHRASE}`);
    openssl('pkcs8', '-topk8', '-in', 'plain.pem', '-v2', 'aes-128-cbc', '-outform', 'DER', '-out', 'locked.der', '-passout', `pass:${PASSPHRASE}`);
    openssl('pkcs8', '-topk8', '-in', 'plain.pem', '-nocrypt', '-outform', 'DER', '-out', 'open.der');
    openssl('ec', '-in', 'plain.pem', '-out', 'sec1.pem');
    const key = createPrivateKey(readFileSync(join(root, 'plain.pem')));
    for (const path of ['plain.pem', 'scrypt.pem', 'locked.der', 'open.der', 'sec1.pem']) {
      const there = profile();
      await expect(bring(there, path)).rejects.toMatchObject({ code: 'KEY_REFUSED', message: expect.stringContaining('holds no certificate') as string });
      const officer = await bring(there, path, { name: 'Named Here' });
      expect(officer.name).toBe('Named Here');
      expect(new X509Certificate(officer.certificates[0]).checkPrivateKey(key)).toBe(true);
      expect(await signs(there, officer)).toBe(true);
    }
  });

  it('are refused where they cannot sign, are none, or the certificate is of another', async () => {
    const there = profile();
    for (const [name, key] of [['p384', 'p384'], ['small', 'rsa1024']] as const) {
      const signer = makeSigner(root, name, { key });
      await expect(bring(there, `${name}.key.pem`, { certificates: [signer.certificate] })).rejects.toMatchObject({ code: 'KEY_REFUSED', message: expect.stringContaining('of a kind') as string });
    }
    openssl('genpkey', '-algorithm', 'ED25519', '-out', 'ed.pem');
    await expect(bring(there, 'ed.pem', { name: 'x' })).rejects.toMatchObject({ message: expect.stringContaining('ed25519') as string });
    const [one, other] = [makeSigner(root, 'one'), makeSigner(root, 'other')];
    await expect(bring(there, 'one.key.pem', { certificates: [other.certificate] })).rejects.toMatchObject({ message: expect.stringContaining('None of the certificates') as string });
    for (const [name, bytes] of [['text', 'hello'], ['empty', ''], ['certificate', readFileSync(one.certificate)], ['noise', Buffer.from([0x30, 0x06, 0x02, 0x01, 0x03, 0x30, 0x00])]] as const) {
      writeFileSync(join(root, name), bytes);
      await expect(bring(there, name, { name: 'x' })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    }
    await expect(keyFileAt(join(root, 'nowhere'), [])).rejects.toMatchObject({ code: 'USAGE' });
    expect(await (await officersOf(there)).list()).toEqual([]);
    await expect(enrollOfficer({} as never, { algorithm: 'rsa', name: 'x' } as Officer)).rejects.toMatchObject({ code: 'KEY_REFUSED' });
  });
});
