import { createHash, verify, X509Certificate } from 'node:crypto';
import { GeneralizedTime, ObjectIdentifier, OctetString, Sequence, Set as Asn1Set, UTCTime } from 'asn1js';
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
} as const;

/**
 * Signs `content` and answers the DER of the SignedData. The signed time is `now`, in whole seconds. Throws KEY_REFUSED where the
 * signature does not verify under the signer's certificate: what nobody could check must not leave the house.
 */
export async function detachedSignature(content: Uint8Array, signer: PackageSigner, now: Instant): Promise<Uint8Array> {
  const certificate = Certificate.fromBER(toArrayBuffer(signer.certificateDer));
  const attributes = signedAttributes(content, certificate, signer.certificateDer, now);
  const statement = new Uint8Array(new Asn1Set({ value: attributes }).toBER());
  const signature = await signer.sign(statement);
  refuseForeign(signer, statement, signature);

  const signedData = new SignedData({
    version: 1,
    digestAlgorithms: [algorithm(OID.sha256)],
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: OID.data }),
    certificates: [certificate],
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        digestAlgorithm: algorithm(OID.sha256),
        signedAttrs: new SignedAndUnsignedAttributes({ type: 0, attributes: attributes.map((schema) => new Attribute({ schema })) }),
        signatureAlgorithm: algorithm(OID.ecdsaWithSha256),
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
function signedAttributes(content: Uint8Array, certificate: Certificate, der: Uint8Array, now: Instant): Sequence[] {
  const attributes = [
    attribute(OID.contentType, new ObjectIdentifier({ value: OID.data })),
    attribute(OID.signingTime, timeOf(now)),
    attribute(OID.messageDigest, octets(sha256(content))),
    attribute(OID.signingCertificateV2, signingCertificate(certificate, der)),
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

/** SigningCertificateV2 of RFC 5035 section 3: the hash algorithm is left out, because SHA-256 is its default and DER leaves defaults out. */
function signingCertificate(certificate: Certificate, der: Uint8Array): Sequence {
  const issuer = new GeneralNames({ names: [new GeneralName({ type: 4, value: certificate.issuer })] });
  const issuerSerial = new Sequence({ value: [issuer.toSchema(), certificate.serialNumber] });
  const essCertId = new Sequence({ value: [octets(sha256(der)), issuerSerial] });
  return new Sequence({ value: [new Sequence({ value: [essCertId] })] });
}

function attribute(type: string, value: BaseBlock): Sequence {
  return new Sequence({ value: [new ObjectIdentifier({ value: type }), new Asn1Set({ value: [value] })] });
}

/** RFC 5754 section 2: parameters are absent, not NULL. */
function algorithm(algorithmId: string): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithmId });
}

function refuseForeign(signer: PackageSigner, statement: Uint8Array, signature: Uint8Array): void {
  const key = new X509Certificate(signer.certificateDer).publicKey;
  const onP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (onP256 && verify('sha256', statement, { key, dsaEncoding: 'der' }, signature)) return;
  throw new HmsError('KEY_REFUSED', `The signature by ${signer.name} does not verify under the certificate of ${signer.name}.`, {
    kept: NOTHING_WRITTEN,
    next: 'Check that key and certificate belong together and are on the curve P-256, then export again.',
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
