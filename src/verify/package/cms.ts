import { createHash, createPublicKey, verify } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import type { Instant } from '../../contract/index.ts';
import { instantOf } from '../../contract/index.ts';
import { certificateOf } from '../crypto.ts';
import type { Der } from './der.ts';
import { derList, DerError, derOf, expect, inside, isSorted, oidText, smallInteger, tags } from './der.ts';

/**
 * A detached CMS signature (RFC 5652) with ESS signing certificates (RFC 5035), read strictly: one signer, SHA-256, ECDSA P-256 or RSA, exactly four signed attributes, none unsigned, and
 * no certificate that the signature does not cover. What is not exactly this is refused and says why; nothing is guessed. docs/formats/export.md section 7.
 */

export interface CmsAnswer {
  /** Null: the signature holds. Else why it does not, as the end of a sentence. */
  readonly fault: string | null;
  /** The fault is that it carries another certificate than the one beside it: nobody can say which of both was changed. */
  readonly otherCertificate: boolean;
  /** When the signer says that it signed. */
  readonly signedAt: Instant | null;
  /** The certificates after the signer's, each the issuer of the one before; empty where the signature does not hold. */
  readonly chain: readonly X509Certificate[];
}

class OtherCertificate extends DerError {}

const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  rsa: '1.2.840.113549.1.1.1',
} as const;

const LEAST_RSA_BITS = 2048;

/** Checks a detached signature over `content`, which must have been made with the key of `certificate`. */
export function checkCms(p7s: Uint8Array, content: Uint8Array, certificate: X509Certificate): CmsAnswer {
  let signedAt: Instant | null = null;
  try {
    const signer = signerOf(p7s, certificate);
    const attributes = attributesOf(signer.attributes);
    signedAt = timeOf(single(attributes, oids.signingTime, 'the time of signing'));
    const contentType = oidText(single(attributes, oids.contentType, 'the type of what is signed'), 'the type of what is signed');
    if (contentType !== oids.data) throw new DerError('it signs another type of content than plain data');
    const digest = expect(single(attributes, oids.messageDigest, 'the digest of what is signed'), tags.octetString, 'the digest of what is signed');
    const chain = signingChain(single(attributes, oids.signingCertificateV2, 'the hash of the signing certificate'), signer.certificates, certificate);
    checkSignature(signer, certificate);
    if (attributes.size > ALLOWED_ATTRIBUTES.size) throw new DerError('it has a signed attribute that is not expected');
    const isThis = createHash('sha256').update(content).digest().equals(digest.content);
    return { fault: isThis ? null : 'it was made over other bytes than these', otherCertificate: false, signedAt, chain: isThis ? chain : [] };
  } catch (error) {
    if (error instanceof DerError) return { fault: error.message, otherCertificate: error instanceof OtherCertificate, signedAt, chain: [] };
    throw error;
  }
}

const ALLOWED_ATTRIBUTES: ReadonlySet<string> = new Set([oids.contentType, oids.messageDigest, oids.signingTime, oids.signingCertificateV2]);

interface Signer {
  /** DER of the certificates that it carries, the signer's among them. */
  readonly certificates: readonly Uint8Array[];
  /** `[0]` as it stands in the file. */
  readonly attributes: Der;
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

function signerOf(p7s: Uint8Array, certificate: X509Certificate): Signer {
  const [type, explicit, ...beyond] = inside(derOf(p7s), tags.sequence, 'the outer structure');
  if (oidText(type, 'the type') !== oids.signedData || beyond.length > 0) throw new DerError('it is not a CMS signature');
  const [signedData, ...more] = inside(explicit, tags.context0, 'the signed data');
  if (more.length > 0) throw new DerError('it holds more than one signature structure');
  const [version, digests, encapsulated, certificates, signers, ...rest] = inside(signedData, tags.sequence, 'the signed data');
  if (rest.length > 0) throw new DerError('it holds parts that are not expected');
  if (smallInteger(version, 'the version') !== 1) throw new DerError('its version is not 1');
  const algorithms = inside(digests, tags.set, 'the list of digest algorithms');
  if (algorithms.length !== 1) throw new DerError('it names more than one digest algorithm');
  checkSha256(algorithms[0]);
  const encapsulatedParts = inside(encapsulated, tags.sequence, 'the type of content');
  if (encapsulatedParts.length !== 1 || oidText(encapsulatedParts[0], 'the type of content') !== oids.data) {
    throw new DerError('it is not a detached signature over plain data');
  }
  const carried = inside(certificates, tags.context0, 'the list of certificates');
  if (!isSorted(carried)) throw new DerError('its certificates are not in the order that DER asks for');
  if (!carried.some(({ whole }) => certificate.raw.equals(whole))) throw new OtherCertificate('it does not carry the certificate that stands beside it');
  const infos = inside(signers, tags.set, 'the list of signers');
  const info = infos[0];
  if (infos.length !== 1 || info === undefined) throw new DerError('it has more than one signer, or none');
  return { ...signerInfo(info, certificate), certificates: carried.map(({ whole }) => whole) };
}

/** SignerInfo, RFC 5652 section 5.3. Unsigned attributes are refused: nobody vouches for them, and a time stamp is a file of its own. */
function signerInfo(info: Der, certificate: X509Certificate): Omit<Signer, 'certificates'> {
  const [version, sid, digest, attributes, algorithm, signature, ...rest] = inside(info, tags.sequence, 'the signer');
  if (rest.length > 0) throw new DerError(rest[0]?.tag === tags.context1 ? 'it has unsigned attributes' : 'the signer has parts that are not expected');
  checkSid(smallInteger(version, 'the version of the signer'), sid, certificate);
  checkSha256(digest);
  return {
    attributes: expect(attributes, tags.context0, 'the list of signed attributes'),
    algorithm: signatureAlgorithm(algorithm),
    signature: expect(signature, tags.octetString, 'the signature value').content,
  };
}

function checkSid(version: number, sid: Der | undefined, certificate: X509Certificate): void {
  const { issuer, serial } = identityOf(certificate);
  // Version 3 names the key by its identifier; nothing that writes these packages does, and one way to say who signed is enough.
  if (version !== 1) throw new DerError('the signer is not named by issuer and serial number');
  const [sidIssuer, sidSerial, ...rest] = inside(sid, tags.sequence, 'the name of the signer');
  const same = sidIssuer !== undefined && sidSerial !== undefined && Buffer.compare(sidIssuer.whole, issuer) === 0 && Buffer.compare(sidSerial.whole, serial) === 0;
  if (!same || rest.length > 0) throw new DerError('it names another signer than the certificate that stands beside it');
}

/** DER of the issuer's name and of the serial number: RFC 5280 section 4.1. */
function identityOf(certificate: X509Certificate): { issuer: Uint8Array; serial: Uint8Array } {
  const [body] = inside(derOf(certificate.raw), tags.sequence, 'the certificate');
  const parts = inside(body, tags.sequence, 'the body of the certificate');
  const [serial, , issuer] = parts[0]?.tag === tags.context0 ? parts.slice(1) : parts;
  return { serial: expect(serial, tags.integer, 'the serial number of the certificate').whole, issuer: expect(issuer, tags.sequence, 'the issuer of the certificate').whole };
}

/** RFC 5754 section 2: the parameters are absent. */
function checkSha256(algorithm: Der | undefined): void {
  const [oid, ...parameters] = inside(algorithm, tags.sequence, 'the digest algorithm');
  if (oidText(oid, 'the digest algorithm') !== oids.sha256) throw new DerError('its digest algorithm is not SHA-256');
  if (parameters.length > 0) throw new DerError('its digest algorithm has parameters');
}

/** RFC 5754 section 3: ECDSA without parameters, RSA (RFC 3370 section 3.2) with NULL. */
function signatureAlgorithm(algorithm: Der | undefined): string {
  const [oid, parameters, ...rest] = inside(algorithm, tags.sequence, 'the signature algorithm');
  const text = oidText(oid, 'the signature algorithm');
  if (text !== oids.ecdsaSha256 && text !== oids.rsa) throw new DerError(`its signature algorithm (${text}) is neither ECDSA with SHA-256 nor RSA`);
  const isRight = text === oids.rsa ? parameters?.tag === tags.null && parameters.content.length === 0 : parameters === undefined;
  if (!isRight || rest.length > 0) throw new DerError('its signature algorithm has other parameters than it should');
  return text;
}

/** Each attribute by its type: none twice, each with one value, in the order of DER. */
function attributesOf(list: Der): Map<string, Der> {
  const attributes = derList(list.content);
  if (!isSorted(attributes)) throw new DerError('its signed attributes are not in the order that DER asks for');
  const found = new Map<string, Der>();
  for (const attribute of attributes) {
    const [type, values, ...rest] = inside(attribute, tags.sequence, 'a signed attribute');
    const oid = oidText(type, 'the type of a signed attribute');
    const [value, ...others] = inside(values, tags.set, 'the value of a signed attribute');
    if (value === undefined || others.length > 0 || rest.length > 0 || found.has(oid)) throw new DerError('a signed attribute does not have exactly one value');
    found.set(oid, value);
  }
  return found;
}

function single(attributes: ReadonlyMap<string, Der>, oid: string, what: string): Der {
  const value = attributes.get(oid);
  if (value === undefined) throw new DerError(`${what} is not among its signed attributes`);
  return value;
}

/** UTCTime until 2049, GeneralizedTime from 2050, both with seconds and Z: RFC 5652 section 11.3. */
function timeOf(value: Der): Instant {
  const text = Buffer.from(value.content).toString('latin1');
  const match = value.tag === tags.utcTime ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null || (value.tag !== tags.utcTime && value.tag !== tags.generalizedTime)) throw new DerError('the time of signing is not written as a time');
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = match.slice(1);
  const century = value.tag === tags.utcTime ? (Number(year) < 50 ? '20' : '19') : '';
  const iso = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const ms = Date.parse(iso);
  if (Number.isNaN(ms) || instantOf(ms) !== iso) throw new DerError('the time of signing is not a date that exists');
  return instantOf(ms);
}

/** SigningCertificateV2, RFC 5035 section 3: its first hash is that of the signer's certificate; SHA-256 is the default and then left out. */
/**
 * The certificates that the signature covers: RFC 5035 section 3. The first is the signer's; every other must be carried, and be the issuer of the one before; none may be carried that is not
 * named, because nothing would cover it. Answers those after the first.
 */
function signingChain(value: Der, carried: readonly Uint8Array[], certificate: X509Certificate): X509Certificate[] {
  const [ids, ...policies] = inside(value, tags.sequence, 'the signing certificate attribute');
  if (policies.length > 0) throw new DerError('the signing certificate attribute has parts that are not expected');
  const digests = inside(ids, tags.sequence, 'the list in the signing certificate attribute').map(certificateDigest);
  const [own, ...others] = digests;
  if (own === undefined || !sha256Of(certificate.raw).equals(own)) throw new DerError('it says that it was made with another certificate than the one that stands beside it');
  if (carried.length !== digests.length) throw new DerError('it carries certificates that it does not name, or names some that it does not carry');
  const chain: X509Certificate[] = [];
  for (const digest of others) {
    const der = carried.find((bytes) => sha256Of(bytes).equals(digest));
    const issuer = der === undefined ? null : certificateOf(der);
    const before = chain.at(-1) ?? certificate;
    if (issuer === null) throw new DerError('a certificate of its chain was changed, or is missing');
    if (!issuer.ca || !before.checkIssued(issuer) || !before.verify(issuer.publicKey)) throw new DerError('a certificate of its chain did not issue the one before it');
    chain.push(issuer);
  }
  return chain;
}

function certificateDigest(id: Der): Uint8Array {
  const [first, issuerSerial, ...rest] = inside(id, tags.sequence, 'the hash of a signing certificate');
  if (first?.tag === tags.sequence) throw new DerError('the hash of the signing certificate names its algorithm, which DER leaves out for SHA-256');
  if (issuerSerial?.tag !== tags.sequence || rest.length > 0) throw new DerError('a signing certificate is not named by its hash, issuer and serial number');
  return expect(first, tags.octetString, 'the hash of the signing certificate').content;
}

function sha256Of(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function checkSignature({ attributes, algorithm, signature }: Signer, certificate: X509Certificate): void {
  const key = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }));
  const details = key.asymmetricKeyDetails;
  if (algorithm === oids.ecdsaSha256) {
    if (key.asymmetricKeyType !== 'ec' || details?.namedCurve !== 'prime256v1') throw new DerError('its key is not on the curve P-256');
  } else if (key.asymmetricKeyType !== 'rsa' || (details?.modulusLength ?? 0) < LEAST_RSA_BITS) {
    throw new DerError(`its key is not an RSA key of at least ${String(LEAST_RSA_BITS)} bits`);
  }
  // What is signed is the SET OF, not the [0] that stands for it in the file: RFC 5652 section 5.4.
  const signed = Buffer.from(attributes.whole);
  signed[0] = tags.set;
  if (!verify('sha256', signed, key, signature)) throw new DerError('it was not made with the key of the certificate that stands beside it, or was changed');
}
