import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { certificatePem, fingerprintOf, keyIdOf, newKey, profileFolder, signatureVerifier, signerFrom, station } from '../../../../src/engine/keys/index.ts';
import { durableOn, systemDisk } from '../../../../src/engine/lake/index.ts';
import { temporaryFolder } from '../../../builders/lake/small-lake.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  const temporary = await temporaryFolder('hms-keys-');
  folder = temporary.path;
  remove = temporary.remove;
});
afterEach(() => remove());

const durable = durableOn(systemDisk, { kind: 'journaled', name: 'test' }, systemClock);
const now = Date.parse('2026-07-01T12:00:00.000Z');
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('a new key', () => {
  it('has a certificate of its own for thirty years, for signing only', async () => {
    const key = await newKey('HMS-DTA station REC-07', now, systemClock.random);
    const certificate = new X509Certificate(key.certificate);
    expect(certificate.subject).toBe('CN=HMS-DTA station REC-07\nO=HMS-DTA');
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.ca).toBe(false);
    expect([certificate.validFromDate.toISOString(), certificate.validToDate.toISOString()]).toEqual(['2026-07-01T12:00:00.000Z', '2056-07-01T12:00:00.000Z']);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const signer = signerFrom(key.privatePem, key.certificate, 'REC-07');
    expect(keyIdOf(certificate.publicKey.export({ type: 'spki', format: 'der' }))).toBe(signer.id);
  });

  it('makes signatures that openssl verifies', async (context) => {
    context.skip(!hasOpenssl, 'openssl is not installed');
    const key = await newKey('Station', now, systemClock.random);
    const signer = signerFrom(key.privatePem, key.certificate, 'Station');
    await writeFile(join(folder, 'cert.pem'), certificatePem(key.certificate));
    await writeFile(join(folder, 'text'), 'what was signed');
    await writeFile(join(folder, 'sig'), signer.sign(Buffer.from('what was signed')));
    const publicKey = execFileSync('openssl', ['x509', '-in', join(folder, 'cert.pem'), '-noout', '-pubkey']);
    await writeFile(join(folder, 'key.pem'), publicKey);
    const said = execFileSync('openssl', ['dgst', '-sha256', '-verify', join(folder, 'key.pem'), '-signature', join(folder, 'sig'), join(folder, 'text')], { encoding: 'utf8' });
    expect(said.trim()).toBe('Verified OK');
    const fingerprint = execFileSync('openssl', ['x509', '-in', join(folder, 'cert.pem'), '-noout', '-fingerprint', '-sha256'], { encoding: 'utf8' });
    expect(fingerprint.split('=')[1]?.trim().replaceAll(':', '').toLowerCase()).toBe(fingerprintOf(key.certificate));
  });
});

describe('checking signatures', () => {
  it('refuses another key, another message, another curve, and what is no key', async () => {
    const verify = signatureVerifier();
    const key = await newKey('Station', now, systemClock.random);
    const signer = signerFrom(key.privatePem, key.certificate, 'Station');
    const message = Buffer.from('message');
    const signature = signer.sign(message);
    expect(verify(signer.spki, message, signature)).toBe(true);
    expect(verify(signer.spki, Buffer.from('massage'), signature)).toBe(false);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    expect(verify(publicKey.export({ type: 'spki', format: 'der' }), message, signature)).toBe(false);
    expect(verify(Buffer.from('no key'), message, signature)).toBe(false);
    expect(verify(signer.spki, message, Buffer.from('no signature'))).toBe(false);
  });
});

describe('the station', () => {
  it('keeps its key between starts, closed to other accounts', async () => {
    const first = await station(folder, durable, systemClock, 'REC-07');
    const again = await station(folder, durable, systemClock, 'ignored later');
    expect([again.id, again.name]).toEqual([first.id, 'REC-07']);
    const file = join(folder, 'keys', `${first.id.slice(0, 16)}.key.pem`);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(first.id).toBe(createHash('sha256').update(first.spki).digest('hex'));
  });

  it('is one, also where several processes begin it at the same time', async () => {
    const stations = await Promise.all(Array.from({ length: 6 }, () => station(folder, durable, systemClock, 'REC-07')));
    expect(new Set(stations.map((signer) => signer.id)).size).toBe(1);
    const record = JSON.parse(await readFile(join(folder, 'station.json'), 'utf8')) as { id: string };
    expect(record.id).toBe(stations[0]?.id);
    expect((await readdir(join(folder, 'keys'))).includes(`${record.id.slice(0, 16)}.key.pem`)).toBe(true);
  });

  it('is begun anew where the first start was cut off in the middle of its record', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'station.json'), '{"created":"2026-');
    const quick = { ...systemClock, sleep: () => Promise.resolve() };
    const signer = await station(folder, durable, quick, 'REC-07');
    expect((JSON.parse(await readFile(join(folder, 'station.json'), 'utf8')) as { id: string }).id).toBe(signer.id);
  });

  it('refuses a private key that other accounts can read', async (context) => {
    context.skip(process.platform === 'win32', 'Windows keeps access rights in another way.');
    const signer = await station(folder, durable, systemClock, 'REC-07');
    await chmod(join(folder, 'keys', `${signer.id.slice(0, 16)}.key.pem`), 0o644);
    await expect(station(folder, durable, systemClock)).rejects.toMatchObject({ code: 'KEY_REFUSED' });
  });
});

describe('the profile folder', () => {
  it('is HMS_PROFILE, else where the system keeps such data', () => {
    expect(profileFolder({ HMS_PROFILE: '/p' })).toBe('/p');
    if (process.platform === 'linux') expect(profileFolder({ XDG_DATA_HOME: '/x' })).toBe(join('/x', 'hms-dta'));
  });
});
