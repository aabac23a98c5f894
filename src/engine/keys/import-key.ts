import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { HmsError } from '../../contract/index.ts';
import { certificatesIn, chainOf } from './chain.ts';
import { isEncrypted, notAKey, openPrivateKey } from './pkcs8.ts';
import { algorithmOf, selfSigned } from './signer.ts';
import type { CertificateWords } from './signer.ts';

/** A key that comes from elsewhere. */
export interface KeyFile {
  readonly bytes: Uint8Array;
  /** As people know the file. */
  readonly what: string;
  /** Certificate files that were named beside it. */
  readonly certificates: readonly Uint8Array[];
}

/** Whether bytes look like a PKCS#12 file: a sequence that begins with the version, 3. */
function looksLikePkcs12(bytes: Uint8Array): boolean {
  const body = bytes[1] === undefined || bytes[1] < 0x80 ? 2 : 2 + (bytes[1] & 0x7f);
  return bytes[0] === 0x30 && bytes[body] === 0x02 && bytes[body + 1] === 0x01 && bytes[body + 2] === 0x03;
}

/** Whether a passphrase is needed to read the file. */
export function needsPassphrase({ bytes }: Pick<KeyFile, 'bytes'>): boolean {
  return looksLikePkcs12(bytes) || isEncrypted(bytes);
}

/**
 * Reads a private key with its certificates: PKCS#12, or PEM or PKCS#8 with the certificates in the same file or beside it. Where there is no certificate of the key, one is made with
 * the words that are given. KEY_REFUSED where the key is of a kind that cannot sign, the passphrase is wrong, or no certificate is of the key.
 */
export async function readKeyFile(file: KeyFile, passphrase: string | null, words: CertificateWords | null): Promise<{ key: KeyObject; certificates: readonly Uint8Array[] }> {
  const { bytes, what } = file;
  const isP12 = looksLikePkcs12(bytes);
  if (isP12 && passphrase === null) throw notAKey(what);
  // Loaded where it is needed: every command opens keys, and few read a .p12 file.
  const { key, certificates } = isP12 ? await (await import('./pkcs12.ts')).readPkcs12(bytes, passphrase ?? '', what) : { key: openPrivateKey(bytes, passphrase, what), certificates: inPem(bytes) };
  if (algorithmOf(key) === null) {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(key);
    const kind = `${asymmetricKeyType ?? 'unknown'} ${asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength ?? ''}`.trim();
    throw new HmsError('KEY_REFUSED', `The key in ${what} is of a kind (${kind}) that packages cannot be signed with.`, {
      kept: 'Nothing was changed.',
      next: 'Use a key on the curve P-256, or an RSA key of 2,048 bits or more.',
    });
  }
  const all = [...certificates, ...file.certificates.flatMap((given) => readCertificates(given))];
  const chain = chainOf(key, all);
  if (chain !== null) return { key, certificates: chain };
  if (all.length > 0) throw new HmsError('KEY_REFUSED', `None of the certificates is of the key in ${what}.`, { kept: 'Nothing was changed.', next: 'Give the certificate that belongs to this key, with --certificate.' });
  if (words === null) {
    throw new HmsError('KEY_REFUSED', `${what} holds no certificate.`, { kept: 'Nothing was changed.', next: 'Give it with --certificate FILE, or give the name for a self-signed one with --name.' });
  }
  return { key, certificates: [await selfSigned(key, words)] };
}

function inPem(bytes: Uint8Array): Uint8Array[] {
  return Buffer.from(bytes).toString('latin1').includes('-----BEGIN CERTIFICATE-----') ? readCertificates(bytes) : [];
}

function readCertificates(bytes: Uint8Array): Uint8Array[] {
  try {
    return certificatesIn(bytes);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new HmsError('KEY_REFUSED', 'A certificate cannot be read.', { kept: 'Nothing was changed.', next: 'Give a certificate in PEM or DER.', cause: error });
  }
}

/** As `writePkcs12`, loaded when it is needed. */
export async function pkcs12Of(key: KeyObject, certificates: readonly Uint8Array[], name: string, passphrase: string): Promise<Uint8Array> {
  return (await import('./pkcs12.ts')).writePkcs12(key, certificates, name, passphrase);
}
