import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBER } from 'asn1js';
import { Certificate, ContentInfo, SignedData } from 'pkijs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Instant } from '../../../../src/contract/index.ts';
import { detachedSignature, fingerprint, isSelfIssued, pemOf } from '../../../../src/engine/package/cms.ts';
import { run, sha256, signer, temporary } from './fixture.ts';
import type { Ran } from './fixture.ts';

const now = '2026-11-21T12:00:00.999Z' as Instant;
const content = Buffer.from('a  data/one\nb  data/two\n');
const folder = temporary();
afterAll(folder.remove);

let officer: Awaited<ReturnType<typeof signer>>;
beforeAll(async () => {
  officer = await signer('officer', 'Maria Ortega (Région 5)');
});

async function openssl(p7s: Uint8Array, signed: Uint8Array, certificateDer: Uint8Array, extra: readonly string[] = []): Promise<Ran | null> {
  const path = (name: string) => join(folder.path, name);
  writeFileSync(path('s.p7s'), p7s);
  writeFileSync(path('content'), signed);
  writeFileSync(path('c.pem'), pemOf(certificateDer));
  const command = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', path('s.p7s'), '-content', path('content'), '-CAfile', path('c.pem')];
  return run('openssl', [...command, '-purpose', 'any', '-attime', '1795262400', ...extra, '-out', '/dev/null']);
}

describe('the detached signature', () => {
  it('verifies with openssl, also as CAdES with its signing certificate', async (ctx) => {
    const p7s = await detachedSignature(content, officer, now);
    const plain = await openssl(p7s, content, officer.certificateDer);
    if (plain === null) return ctx.skip('openssl is not installed');
    expect(plain).toEqual({ code: 0, output: 'CMS Verification successful\n' });
    expect(await openssl(p7s, content, officer.certificateDer, ['-cades'])).toEqual({ code: 0, output: 'CAdES Verification successful\n' });
  });

  it('does not verify over other bytes, nor under another certificate of the same name', async (ctx) => {
    const p7s = await detachedSignature(content, officer, now);
    const twin = await signer('officer', officer.name);
    const altered = await openssl(p7s, Buffer.concat([content, Buffer.from('\n')]), officer.certificateDer);
    if (altered === null) return ctx.skip('openssl is not installed');
    expect(altered.code).not.toBe(0);
    expect((await openssl(p7s, content, twin.certificateDer))?.code).not.toBe(0);
  });

  it('is DER that openssl writes back byte for byte', async (ctx) => {
    const p7s = await detachedSignature(content, officer, now);
    writeFileSync(join(folder.path, 'in.p7s'), p7s);
    const ran = await run('openssl', ['cms', '-cmsout', '-inform', 'DER', '-in', join(folder.path, 'in.p7s'), '-outform', 'DER', '-out', join(folder.path, 'out.p7s')]);
    if (ran === null) return ctx.skip('openssl is not installed');
    expect(Buffer.from(p7s).equals(readFileSync(join(folder.path, 'out.p7s')))).toBe(true);
  });

  it('holds the four signed attributes in order of their encodings, and the exact certificate', async () => {
    const p7s = await detachedSignature(content, officer, now);
    const info = new ContentInfo({ schema: fromBER(Uint8Array.from(p7s).buffer).result });
    const data = new SignedData({ schema: info.content as unknown });
    expect(data.version).toBe(1);
    expect(data.encapContentInfo.eContent).toBeUndefined();
    expect(data.crls).toBeUndefined();
    expect(data.certificates).toHaveLength(1);
    expect(Buffer.from((data.certificates?.[0] as Certificate).toSchema().toBER())).toEqual(Buffer.from(officer.certificateDer));
    expect(Buffer.from(p7s).includes(Buffer.from(officer.certificateDer))).toBe(true);

    expect(data.signerInfos).toHaveLength(1);
    const [info1] = data.signerInfos;
    expect(info1?.version).toBe(1);
    expect(info1?.unsignedAttrs).toBeUndefined();
    expect(info1?.signatureAlgorithm.algorithmId).toBe('1.2.840.10045.4.3.2');
    expect(info1?.signatureAlgorithm.algorithmParams).toBeUndefined();
    expect(info1?.digestAlgorithm.algorithmParams).toBeUndefined();
    const attributes = info1?.signedAttrs?.attributes ?? [];
    expect(attributes.map(({ type }) => type)).toEqual([
      '1.2.840.113549.1.9.3',
      '1.2.840.113549.1.9.5',
      '1.2.840.113549.1.9.4',
      '1.2.840.113549.1.9.16.2.47',
    ]);
    const encodings = attributes.map((attribute) => Buffer.from(attribute.toSchema().toBER()).toString('hex'));
    expect(encodings).toEqual([...encodings].sort());
    expect(encodings[1]).toContain(`170d${Buffer.from('261121120000Z').toString('hex')}`);
    expect(encodings[2]).toContain(sha256(content));
    expect(encodings[3]).toContain(sha256(officer.certificateDer));
  });

  it('writes the time as GeneralizedTime from 2050 on', async () => {
    const p7s = await detachedSignature(content, officer, '2050-01-01T00:00:00.000Z' as Instant);
    expect(Buffer.from(p7s).includes(Buffer.from('20500101000000Z'))).toBe(true);
  });

  it('is refused where the key is not that of the certificate', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const foreign = { ...officer, sign: (bytes: Uint8Array) => Promise.resolve(sign('sha256', bytes, privateKey)) };
    await expect(detachedSignature(content, foreign, now)).rejects.toMatchObject({ name: 'HmsError', code: 'KEY_REFUSED' });
  });

  it('is refused where the signature is not one', async () => {
    const broken = { ...officer, sign: () => Promise.resolve(Buffer.from('nonsense')) };
    await expect(detachedSignature(content, broken, now)).rejects.toMatchObject({ code: 'KEY_REFUSED' });
  });
});

describe('the certificate', () => {
  it('has the fingerprint that openssl prints', async (ctx) => {
    const path = join(folder.path, 'f.pem');
    writeFileSync(path, pemOf(officer.certificateDer));
    const ran = await run('openssl', ['x509', '-in', path, '-noout', '-fingerprint', '-sha256']);
    if (ran === null) return ctx.skip('openssl is not installed');
    expect(ran.output.toLowerCase()).toBe(`sha256 fingerprint=${fingerprint(officer.certificateDer).toLowerCase()}\n`);
    expect(fingerprint(officer.certificateDer)).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('is known as its own issuer or as an authority’s', async () => {
    expect(isSelfIssued(officer.certificateDer)).toBe(true);
    expect(isSelfIssued((await signer('officer', 'x', 'by an authority')).certificateDer)).toBe(false);
  });
});
