import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Certificates in any order, as key files hold them. */

/**
 * The certificate of a key, then the certificates from it towards a root, each the issuer of the one before; self-signed roots are left out, because nobody trusts a root for being sent along. Null where no certificate
 * is of this key.
 */
export function chainOf(key: KeyObject, ders: readonly Uint8Array[]): Uint8Array[] | null {
  const certificates = ders.map((der) => new X509Certificate(der));
  let at = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (at === undefined) return null;
  const chain: X509Certificate[] = [at];
  while (at !== undefined && !isSelfSigned(at)) {
    const child: X509Certificate = at;
    at = certificates.find((issuer) => !chain.includes(issuer) && issuer.ca && child.checkIssued(issuer) && child.verify(issuer.publicKey));
    if (at !== undefined && !isSelfSigned(at)) chain.push(at);
  }
  return chain.map(({ raw }) => new Uint8Array(raw));
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

/** Every certificate of a PEM text, or the one of a DER file. Throws an Error where one cannot be read. */
export function certificatesIn(bytes: Uint8Array): Uint8Array[] {
  const blocks = Buffer.from(bytes).toString('latin1').match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (blocks === null) return [new Uint8Array(new X509Certificate(bytes).raw)];
  return blocks.map((block) => new Uint8Array(new X509Certificate(block).raw));
}

/** The name that people read: the common name, or the whole subject where there is none. */
export function nameOf(certificate: Uint8Array): string {
  const { subject } = new X509Certificate(certificate);
  const common = (subject ?? '').split('\n').find((line) => line.startsWith('CN='));
  return common === undefined ? (subject ?? '').split('\n').join(', ') : common.slice(3);
}
