import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BmpString, OctetString } from 'asn1js';
import { Attribute, AuthenticatedSafe, CertBag, Certificate, PFX, PKCS8ShroudedKeyBag, PrivateKeyInfo, SafeBag, SafeContents } from 'pkijs';
import { HmsError } from '../../contract/index.ts';
import { keyIdOf } from './signer.ts';
import { ITERATIONS, notAKey, wrongPassphrase } from './pkcs8.ts';

/** PKCS#12 (RFC 7292) as officers get it from their agency, and as other programs take it. */

export interface KeyAndCertificates {
  readonly key: KeyObject;
  /** DER, in the order of the file. */
  readonly certificates: readonly Uint8Array[];
}

const BAG = { key: '1.2.840.113549.1.12.10.1.1', shroudedKey: '1.2.840.113549.1.12.10.1.2', certificate: '1.2.840.113549.1.12.10.1.3' } as const;
const CBC = { name: 'AES-CBC', length: 256 };
/** The passphrase can also be tried against the integrity code, whose derivation is weaker than PBKDF2: ten times what openssl takes by default. pkijs needs half a second for it; more would be felt. */
const MAC_ITERATIONS = 20_000;

/**
 * Key and certificates of a .p12 file. Files with AES (PBES2) are read by pkijs; older ones, with RC2 or triple DES, by node-forge, which is used for nothing else. KEY_REFUSED
 * where the passphrase is wrong or there is no key in it.
 */
export async function readPkcs12(bytes: Uint8Array, passphrase: string, what: string): Promise<KeyAndCertificates> {
  let found;
  try {
    found = await readModern(bytes, passphrase);
  } catch {
    found = await readOld(bytes, passphrase, what);
  }
  const [der, ...others] = found.keys;
  if (der === undefined || others.length > 0) {
    if (der === undefined) throw notAKey(what);
    throw new HmsError('KEY_REFUSED', `${what} holds ${found.keys.length} private keys, where one is expected.`, { kept: 'Nothing was changed.', next: 'Export the key that is meant into a file of its own.' });
  }
  return { key: createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }), certificates: found.certificates };
}

interface Found {
  readonly keys: Uint8Array[];
  readonly certificates: Uint8Array[];
}

async function readModern(bytes: Uint8Array, passphrase: string): Promise<Found> {
  const password = Uint8Array.from(Buffer.from(passphrase, 'utf8')).buffer;
  const pfx = PFX.fromBER(Uint8Array.from(bytes).buffer);
  await pfx.parseInternalValues({ password, checkIntegrity: true });
  const safe = pfx.parsedValue?.authenticatedSafe;
  if (safe === undefined) throw new Error('The file has no safe.');
  await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) });
  const found: Found = { keys: [], certificates: [] };
  // pkijs does not say what it has parsed.
  const contents = (safe.parsedValue as { safeContents: { value: SafeContents }[] }).safeContents;
  for (const { bagId, bagValue } of contents.flatMap(({ value }) => value.safeBags)) {
    if (bagId === BAG.certificate && bagValue instanceof CertBag) found.certificates.push(new Uint8Array((bagValue.certValue as OctetString).valueBlock.valueHexView));
    if (bagId === BAG.key && bagValue instanceof PrivateKeyInfo) found.keys.push(new Uint8Array(bagValue.toSchema().toBER()));
    if (bagId === BAG.shroudedKey && bagValue instanceof PKCS8ShroudedKeyBag) {
      await (bagValue as unknown as { parseInternalValues(parameters: { password: ArrayBuffer }): Promise<void> }).parseInternalValues({ password });
      if (bagValue.parsedValue !== undefined) found.keys.push(new Uint8Array(bagValue.parsedValue.toSchema().toBER()));
    }
  }
  return found;
}

async function readOld(bytes: Uint8Array, passphrase: string, what: string): Promise<Found> {
  const { default: forge } = await import('node-forge');
  const der = (node: import('node-forge').asn1.Asn1): Uint8Array => Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1');
  let p12;
  try {
    p12 = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(Buffer.from(bytes).toString('latin1')), false, passphrase);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw /MAC could not be verified|password/i.test(error.message) ? wrongPassphrase(what) : notAKey(what);
  }
  const bags = p12.safeContents.flatMap(({ safeBags }) => safeBags);
  return {
    keys: bags
      .filter(({ type }) => type === BAG.key || type === BAG.shroudedKey)
      // An RSA key comes as an object of numbers, every other as it stood in the file.
      .flatMap((bag) => (bag.key ? [der(forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)))] : bag.asn1 ? [der(bag.asn1)] : [])),
    certificates: bags
      .filter(({ type }) => type === BAG.certificate)
      .flatMap((bag) => (bag.cert ? [der(forge.pki.certificateToAsn1(bag.cert))] : bag.asn1 ? [der(bag.asn1)] : [])),
  };
}

/**
 * A .p12 file with AES-256 (PBES2), as openssl 1.1 and later, browsers, Windows 10 1709 and later, and macOS read it. The passphrase must be ASCII: programs disagree about how
 * other letters are encoded in the integrity code.
 */
export async function writePkcs12(key: KeyObject, certificates: readonly Uint8Array[], name: string, passphrase: string): Promise<Uint8Array> {
  if (!/^[\x20-\x7e]+$/.test(passphrase)) {
    throw new HmsError('KEY_REFUSED', 'The passphrase has letters beyond plain ASCII, which programs read differently in a .p12 file.', {
      kept: 'Nothing was written.',
      next: 'Export the key as PEM instead (--to pem), or give it a passphrase of plain letters, digits and signs.',
    });
  }
  const password = Uint8Array.from(Buffer.from(passphrase, 'ascii')).buffer;
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const localId = Buffer.from(keyIdOf(certificateKey(certificates)), 'hex');
  const attributes = [
    new Attribute({ type: '1.2.840.113549.1.9.20', values: [new BmpString({ value: name })] }),
    new Attribute({ type: '1.2.840.113549.1.9.21', values: [new OctetString({ valueHex: Uint8Array.from(localId).buffer })] }),
  ];
  const shrouded = new PKCS8ShroudedKeyBag({ parsedValue: PrivateKeyInfo.fromBER(Uint8Array.from(pkcs8).buffer) });
  const keyBag = new SafeBag({ bagId: BAG.shroudedKey, bagValue: shrouded, bagAttributes: attributes });
  const certificateBags = certificates.map(
    (der, i) => new SafeBag({ bagId: BAG.certificate, bagValue: new CertBag({ parsedValue: Certificate.fromBER(Uint8Array.from(der).buffer) }), ...(i === 0 ? { bagAttributes: attributes } : {}) }),
  );
  const safe = new AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        { privacyMode: 0, value: new SafeContents({ safeBags: [keyBag] }) },
        { privacyMode: 1, value: new SafeContents({ safeBags: certificateBags }) },
      ],
    },
  });
  const pfx = new PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  const encryption = { password, contentEncryptionAlgorithm: CBC as never, hmacHashAlgorithm: 'SHA-256', iterationCount: ITERATIONS };
  await shrouded.makeInternalValues(encryption);
  await safe.makeInternalValues({ safeContents: [{}, encryption] });
  await pfx.makeInternalValues({ password, iterations: MAC_ITERATIONS, pbkdf2HashAlgorithm: 'SHA-256', hmacHashAlgorithm: 'SHA-256' });
  return new Uint8Array(pfx.toSchema().toBER());
}

function certificateKey(certificates: readonly Uint8Array[]): Uint8Array {
  const [own] = certificates;
  if (own === undefined) throw new Error('There is no certificate.');
  return new Uint8Array(Certificate.fromBER(Uint8Array.from(own).buffer).subjectPublicKeyInfo.toSchema().toBER());
}
