import { createCipheriv, createPrivateKey, pbkdf2 } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { HmsError } from '../../contract/index.ts';

/** Private keys under a passphrase: PKCS#8 EncryptedPrivateKeyInfo (RFC 5958) with PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256, and AES-256-CBC. `openssl pkcs8` and every browser read it. */

const OID = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacWithSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const;

/** What OWASP asks for PBKDF2-HMAC-SHA-256 since 2023. Node's own encryption of keys stops at 2,048, which is why it is not used. */
export const ITERATIONS = 600_000;

/** The key as PEM, encrypted. `random` gives salt and IV. */
export async function encryptedPem(key: KeyObject, passphrase: string, random: (size: number) => Uint8Array): Promise<string> {
  const salt = random(16);
  const iv = random(16);
  const secret = await promisify(pbkdf2)(Buffer.from(passphrase, 'utf8'), salt, ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', secret, iv);
  const data = Buffer.concat([cipher.update(key.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  const der = await encryptedPrivateKeyInfo(salt, iv, data);
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return `${ENCRYPTED_BEGIN}\n${lines.join('\n')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}

export const ENCRYPTED_BEGIN = '-----BEGIN ENCRYPTED PRIVATE KEY-----';

/** Opens a private key in PEM, or PKCS#8 in DER. KEY_REFUSED with plain words where the passphrase is wrong, or the file is no key. */
export function openPrivateKey(bytes: Uint8Array, passphrase: string | null, what: string): KeyObject {
  const isPem = Buffer.from(bytes.subarray(0, 65_536)).toString('latin1').includes('-----BEGIN');
  const secret = passphrase === null ? {} : { passphrase };
  try {
    return createPrivateKey(isPem ? { key: Buffer.from(bytes), format: 'pem', ...secret } : { key: Buffer.from(bytes), format: 'der', type: 'pkcs8', ...secret });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw isEncrypted(bytes) ? wrongPassphrase(what) : notAKey(what);
  }
}

/** Whether a key file needs a passphrase. A DER file that is not plain PKCS#8 is taken for an encrypted one. */
export function isEncrypted(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, 65_536)).toString('latin1');
  if (text.includes('-----BEGIN')) return text.includes(ENCRYPTED_BEGIN) || text.includes('Proc-Type: 4,ENCRYPTED');
  try {
    createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs8' });
    return false;
  } catch {
    return true;
  }
}

export function wrongPassphrase(what: string): HmsError {
  return new HmsError('KEY_REFUSED', `The passphrase does not open ${what}.`, { kept: 'Nothing was changed.', next: 'Type it again; letters in upper and lower case are different. Nobody can open a key without its passphrase.' });
}

export function notAKey(what: string): HmsError {
  return new HmsError('KEY_REFUSED', `${what} holds no private key that can be read.`, { kept: 'Nothing was changed.', next: 'Give a .p12 or .pfx file, or a private key in PEM or PKCS#8.' });
}

async function encryptedPrivateKeyInfo(salt: Uint8Array, iv: Uint8Array, data: Uint8Array): Promise<ArrayBuffer> {
  // Loaded when a key is written: every command opens keys, and few write one.
  const { Integer, Null, ObjectIdentifier, OctetString, Sequence } = await import('asn1js');
  const oid = (value: string) => new ObjectIdentifier({ value });
  const octets = (bytes: Uint8Array) => new OctetString({ valueHex: Uint8Array.from(bytes).buffer });
  const prf = new Sequence({ value: [oid(OID.hmacWithSha256), new Null()] });
  const derivation = new Sequence({ value: [oid(OID.pbkdf2), new Sequence({ value: [octets(salt), new Integer({ value: ITERATIONS }), prf] })] });
  const encryption = new Sequence({ value: [oid(OID.aes256Cbc), octets(iv)] });
  const algorithm = new Sequence({ value: [oid(OID.pbes2), new Sequence({ value: [derivation, encryption] })] });
  return new Sequence({ value: [algorithm, octets(data)] }).toBER();
}
