import { createHash, verify, X509Certificate } from 'node:crypto';
import { GeneralizedTime, Null, ObjectIdentifier, OctetString, Sequence, Set as Asn1Set, UTCTime } from 'asn1js';
import type { BaseBlock } from 'asn1js';
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  GeneralName,
  GeneralNames,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';
import { HmsError } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';
import type { PackageSigner } from './types.ts';
import { NOTHING_WRITTEN } from './words.ts';

/** A detached CMS signature: RFC 5652, with the algorithms of RFC 5754 and the signing certificate of RFC 5035. docs/formats/export.md section 7. */

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaEncryption: '1.2.840.113549.1.1.1',
} as const;

const LEAST_RSA_BITS = 2048;

/**
 * Signs `content` and answers the DER of the SignedData. The signed time is `now`, in whole seconds. Throws KEY_REFUSED where the
 * signature does not verify under the signer's certificate, or a certificate of the chain is not the issuer of the one before: what nobody could check must
 * not leave the house.
 */
export async function detachedSignature(content: Uint8Array, signer: PackageSigner, now: Instant): Promise<Uint8Array> {
  const ders = [signer.certificateDer, ...(signer.chain ?? [])];
  refuseBrokenChain(signer, ders);
  const certificates = ders.map((der) => Certificate.fromBER(toArrayBuffer(der)));
  const certificate = certificates[0] as Certificate;
  const attributes = signedAttributes(content, certificates, ders, now);
  const statement = new Uint8Array(new Asn1Set({ value: attributes }).toBER());
  const signature = await signer.sign(statement);
  const signatureAlgorithm = refuseForeign(signer, statement, signature);

  const signedData = new SignedData({
    version: 1,
    digestAlgorithms: [algorithm(OID.sha256)],
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: OID.data }),
    certificates: inOrderOfSet(certificates, ders),
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        digestAlgorithm: algorithm(OID.sha256),
        signedAttrs: new SignedAndUnsignedAttributes({ type: 0, attributes: attributes.map((schema) => new Attribute({ schema })) }),
        signatureAlgorithm,
        signature: new OctetString({ valueHex: toArrayBuffer(signature) }),
      }),
    ],
  });
  return new Uint8Array(new ContentInfo({ contentType: OID.signedData, content: signedData.toSchema(true) }).toSchema().toBER());
}

/** True where the certificate names its own key's owner as issuer, so that it can be its own trust anchor. */
export function isSelfIssued(certificateDer: Uint8Array): boolean {
  const certificate = Certificate.fromBER(toArrayBuffer(certificateDer));
  return certificate.issuer.isEqual(certificate.subject);
}

/** SHA-256 of the DER certificate as `openssl x509 -fingerprint -sha256` prints it: what people read to one another. */
export function fingerprint(certificateDer: Uint8Array): string {
  const digits = createHash('sha256').update(certificateDer).digest('hex').toUpperCase();
  return digits.match(/../g)?.join(':') ?? '';
}

/** The certificate as PEM (RFC 7468), 64 characters a line. */
export function pemOf(certificateDer: Uint8Array): string {
  const lines = Buffer.from(certificateDer).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** In DER's order of a SET OF (X.690 section 11.6): by their encodings, compared byte by byte. */
function signedAttributes(content: Uint8Array, certificates: readonly Certificate[], ders: readonly Uint8Array[], now: Instant): Sequence[] {
  const attributes = [
    attribute(OID.contentType, new ObjectIdentifier({ value: OID.data })),
    attribute(OID.signingTime, timeOf(now)),
    attribute(OID.messageDigest, octets(sha256(content))),
    attribute(OID.signingCertificateV2, signingCertificates(certificates, ders)),
  ];
  return attributes
    .map((schema) => ({ schema, bytes: new Uint8Array(schema.toBER()) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ schema }) => schema);
}

/** RFC 5652 section 11.3: UTCTime until 2049, GeneralizedTime after. */
function timeOf(now: Instant): BaseBlock {
  const valueDate = new Date(Math.floor(Date.parse(now) / 1000) * 1000);
  return valueDate.getUTCFullYear() < 2050 ? new UTCTime({ valueDate }) : new GeneralizedTime({ valueDate });
}

/**
 * SigningCertificateV2 of RFC 5035 section 3: the signer's certificate first, then those of its chain, so that the signature covers every certificate that it carries.
 * The hash algorithm is left out, because SHA-256 is its default and DER leaves defaults out.
 */
function signingCertificates(certificates: readonly Certificate[], ders: readonly Uint8Array[]): Sequence {
  const ids = certificates.map((certificate, i) => {
    const issuer = new GeneralNames({ names: [new GeneralName({ type: 4, value: certificate.issuer })] });
    const issuerSerial = new Sequence({ value: [issuer.toSchema(), certificate.serialNumber] });
    return new Sequence({ value: [octets(sha256(ders[i] as Uint8Array)), issuerSerial] });
  });
  return new Sequence({ value: [new Sequence({ value: ids })] });
}

/** In DER's order of a SET OF. */
function inOrderOfSet(certificates: readonly Certificate[], ders: readonly Uint8Array[]): Certificate[] {
  return certificates
    .map((certificate, i) => ({ certificate, der: ders[i] as Uint8Array }))
    .sort((a, b) => Buffer.compare(a.der, b.der))
    .map(({ certificate }) => certificate);
}

function attribute(type: string, value: BaseBlock): Sequence {
  return new Sequence({ value: [new ObjectIdentifier({ value: type }), new Asn1Set({ value: [value] })] });
}

/** RFC 5754 section 2: parameters are absent, not NULL. */
function algorithm(algorithmId: string): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithmId });
}

/** The algorithm by which the signature verifies. */
function refuseForeign(signer: PackageSigner, statement: Uint8Array, signature: Uint8Array): AlgorithmIdentifier {
  const key = new X509Certificate(signer.certificateDer).publicKey;
  const details = key.asymmetricKeyDetails;
  const isP256 = key.asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1';
  const isRsa = key.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= LEAST_RSA_BITS;
  if (isP256 && verify('sha256', statement, { key, dsaEncoding: 'der' }, signature)) return algorithm(OID.ecdsaWithSha256);
  // RFC 3370 section 3.2: here the parameters are NULL.
  if (isRsa && verify('sha256', statement, key, signature)) return new AlgorithmIdentifier({ algorithmId: OID.rsaEncryption, algorithmParams: new Null() });
  throw new HmsError('KEY_REFUSED', `The signature by ${signer.name} does not verify under the certificate of ${signer.name}.`, {
    kept: NOTHING_WRITTEN,
    next: `Check that key and certificate belong together and are on the curve P-256, or RSA of ${LEAST_RSA_BITS} bits or more, then export again.`,
  });
}

function refuseBrokenChain(signer: PackageSigner, ders: readonly Uint8Array[]): void {
  const certificates = ders.map((der) => new X509Certificate(der));
  const isChain = certificates.every((certificate, i) => {
    const issuer = certificates[i + 1];
    return issuer === undefined || (issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));
  });
  if (isChain) return;
  throw new HmsError('KEY_REFUSED', `The certificates that were imported with the key of ${signer.name} are not a chain: one did not issue the one before it.`, {
    kept: NOTHING_WRITTEN,
    next: 'Import the key again with its whole chain, or without one.',
  });
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function octets(bytes: Uint8Array): OctetString {
  return new OctetString({ valueHex: toArrayBuffer(bytes) });
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
