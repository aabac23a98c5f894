import type { KeyObject } from 'node:crypto';
import { createHash, createPublicKey, hash, verify, X509Certificate } from 'node:crypto';
import type { Sha256Fn, VerifySignature } from '../core/index.ts';

/** What core asks of cryptography, from Node. */

/** Up to here, joining the parts and hashing them in one call takes less time than a hash object does. */
const joined = Buffer.allocUnsafeSlow(32_768);

export const sha256: Sha256Fn = (...parts) => {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return hash('sha256', only, 'buffer');
  let total = 0;
  for (const part of parts) total += part.length;
  if (total <= joined.length) {
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return hash('sha256', joined.subarray(0, total), 'buffer');
  }
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest();
};

export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

/** Null where the bytes are not a key that can be read. */
export function publicKeyOf(spki: Uint8Array): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' });
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** ECDSA P-256 over SHA-256; a key of any other kind verifies nothing. */
export const verifyP256: VerifySignature = (spki, message, signature) => {
  const key = publicKeyOf(spki);
  if (key?.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
  return verify('sha256', message, key, signature);
};

/** Null where the bytes are no certificate, in PEM or DER, or where its key cannot be read: Node decodes that only when it is asked for. */
export function certificateOf(bytes: Uint8Array): X509Certificate | null {
  try {
    const certificate = new X509Certificate(bytes);
    spkiOf(certificate);
    return certificate;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Hex SHA-256 of the DER SubjectPublicKeyInfo: the key id of a certificate's key. */
export function keyIdOf(certificate: X509Certificate): string {
  return sha256Hex(spkiOf(certificate));
}

export function spkiOf(certificate: X509Certificate): Uint8Array {
  return certificate.publicKey.export({ type: 'spki', format: 'der' });
}

/** The PEM text that programs write for a certificate: RFC 7468, lines of 64 characters, LF. */
export function pemOf(certificate: X509Certificate): string {
  const lines = certificate.raw.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
