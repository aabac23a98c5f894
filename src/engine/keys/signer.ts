import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, webcrypto, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { KeyId } from '../../contract/index.ts';

/** The only file that signs. ECDSA P-256 over SHA-256, DER: docs/formats/lake.md sections 4 and 14. */

export interface Signer {
  readonly id: KeyId;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly certificate: Uint8Array;
  /** As people read it: the workstation's or the officer's name. */
  readonly name: string;
  sign(bytes: Uint8Array): Uint8Array;
}

/** The key id of a DER SubjectPublicKeyInfo. */
export function keyIdOf(spki: Uint8Array): KeyId {
  return createHash('sha256').update(spki).digest('hex') as KeyId;
}

/** A signer from a PKCS#8 PEM private key and its DER certificate. Throws where the key is not on P-256 or is not the certificate's. */
export function signerFrom(privatePem: string, certificate: Uint8Array, name: string): Signer {
  const key = createPrivateKey(privatePem);
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('The key is not an ECDSA P-256 key.');
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return { id: keyIdOf(spki), spki, certificate, name, sign: (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'der' }) };
}

/** An officer's signer: of a P-256 key, or of an RSA key that was imported, which signs packages and cannot be enrolled in a lake. */
export interface OfficerSigner extends Signer {
  readonly algorithm: 'ecdsa' | 'rsa';
  /** The certificates between the officer's own and a root, each the issuer of the one before. */
  readonly chain: readonly Uint8Array[];
}

const LEAST_RSA_BITS = 2048;

/** What kind of key it is; null where officers cannot sign with it. */
export function algorithmOf(key: KeyObject): OfficerSigner['algorithm'] | null {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1') return 'ecdsa';
  return key.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= LEAST_RSA_BITS ? 'rsa' : null;
}

/** An officer's signer from an opened private key. Throws an Error where the key is not the certificate's or of a kind that cannot sign here. */
export function officerSigner(key: KeyObject, certificates: readonly Uint8Array[], name: string): OfficerSigner {
  const algorithm = algorithmOf(key);
  const [certificate, ...chain] = certificates;
  if (algorithm === null || certificate === undefined || !new X509Certificate(certificate).checkPrivateKey(key)) throw new Error('The key is not that of the certificate.');
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const signWith = algorithm === 'ecdsa' ? { key, dsaEncoding: 'der' as const } : key;
  return { id: keyIdOf(spki), spki, certificate, name, algorithm, chain, sign: (bytes) => sign('sha256', bytes, signWith) };
}

export interface NewKey {
  readonly privatePem: string;
  readonly certificate: Uint8Array;
}

/** Certificates outlive the people who must testify with them; what ends a key is its revocation in the ledger. */
const CERTIFICATE_YEARS = 30;

/** A new P-256 key with a self-signed certificate (RFC 5280) for signing, valid from `now` (ms). `random` gives the serial number. */
export async function newKey(commonName: string, now: number, random: (size: number) => Uint8Array, organization: string | null = 'HMS-DTA'): Promise<NewKey> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { privatePem, certificate: await selfSigned(privateKey, { commonName, organization, now, random }) };
}

export interface CertificateWords {
  readonly commonName: string;
  readonly organization: string | null;
  /** Valid from, ms. */
  readonly now: number;
  readonly random: (size: number) => Uint8Array;
}

/** A self-signed certificate for a P-256 or RSA key. */
export async function selfSigned(privateKey: KeyObject, { commonName, organization, now, random }: CertificateWords): Promise<Uint8Array> {
  // Loaded when a key is made, which is once in a station's life: it takes a tenth of a second. It needs the metadata library before it.
  await import('reflect-metadata');
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, SubjectKeyIdentifierExtension, X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = privateKey.asymmetricKeyType === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
  const serial = Uint8Array.from(random(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const from = new Date(Math.floor(now / 1000) * 1000);
  const until = new Date(from);
  until.setUTCFullYear(from.getUTCFullYear() + CERTIFICATE_YEARS);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: Buffer.from(serial).toString('hex'),
      name: [{ CN: [commonName] }, ...(organization === null ? [] : [{ O: [organization] }])],
      notBefore: from,
      notAfter: until,
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return new Uint8Array(certificate.rawData);
}

/** Checks ECDSA P-256 signatures; keeps parsed keys, because parsing one costs as much as a check. A key that is none, or on another curve, never verifies. */
export function signatureVerifier(): (spki: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean {
  const known = new Map<string, KeyObject | null>();
  return (spki, message, signature) => {
    const id = Buffer.from(spki).toString('latin1');
    let key = known.get(id);
    if (key === undefined) {
      key = publicKey(spki);
      known.set(id, key);
    }
    return key !== null && verify('sha256', message, { key, dsaEncoding: 'der' }, signature);
  };
}

function publicKey(spki: Uint8Array): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' });
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}

/** A DER certificate as PEM, 64 characters a line. */
export function certificatePem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** SHA-256 of the DER certificate: what people read to one another. */
export function fingerprintOf(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('hex');
}
