import type { X509Certificate } from 'node:crypto';
import type { Instant } from '../../contract/index.ts';
import { certificateOf, pemOf } from '../crypto.ts';
import type { Findings } from '../findings.ts';
import type { PackageAnswers } from '../report.ts';
import { TAG_MANIFEST } from './bag.ts';
import { checkCms } from './cms.ts';
import type { PackageSource } from './source.ts';

/** Who signed a package, as far as its signature holds. */
export interface SignatureRead {
  readonly role: 'station' | 'officer';
  readonly certificate: X509Certificate;
  /** The signature holds. */
  readonly good: boolean;
  readonly signedAt: Instant | null;
  /** The certificates that came with it, from the signer's issuer towards a root; the signature covers them. */
  readonly chain: readonly X509Certificate[];
}

const MAX_SIGNATURE = 1024 * 1024;
const MAX_TAG_MANIFEST = 16 * 1024 * 1024;

/** Checks the signature over the tag manifest. Null, with a finding, where there is nothing to check. */
export async function checkSignature(source: PackageSource, findings: Findings): Promise<SignatureRead | null> {
  const signers = (['officer', 'station'] as const).filter((role) => source.files.has(`signatures/${role}.p7s`) || source.files.has(`signatures/${role}.cert.pem`));
  const [role] = signers;
  if (role === undefined) {
    findings.add('SIGNATURE_MISSING', 'signatures', 'The package is not signed.');
    return null;
  }
  if (signers.length > 1) findings.add('PACKAGE_FILE_EXTRA', 'signatures', 'The package has signatures of two signers, where it can have one.');
  const path = `signatures/${role}.p7s`;
  const certificatePath = `signatures/${role}.cert.pem`;
  const p7s = await source.read(path, MAX_SIGNATURE);
  const pem = await source.read(certificatePath, MAX_SIGNATURE);
  if ('why' in p7s || 'why' in pem) {
    const missing = 'why' in p7s ? path : certificatePath;
    findings.add('SIGNATURE_MISSING', missing, `${missing} is needed to check the signature, and cannot be read.`);
    return null;
  }
  const certificate = certificateOf(pem.bytes);
  // Nothing lists this file, so it may hold the certificate and nothing else, in the one way in which it is written.
  if (certificate === null || pemOf(certificate) !== pem.bytes.toString('latin1')) {
    findings.add('CERTIFICATE_WRONG', certificatePath, 'The certificate beside the signature cannot be read, or something was added to it.');
    return null;
  }
  const content = await source.read(TAG_MANIFEST, MAX_TAG_MANIFEST);
  const { fault, signedAt, otherCertificate, chain } = 'why' in content ? { fault: `what it signs cannot be read: ${content.detail}`, signedAt: null, otherCertificate: false, chain: [] } : checkCms(p7s.bytes, content.bytes, certificate);
  if (fault !== null) findings.add('SIGNATURE_WRONG', path, `The signature of the package is not good: ${fault}.`);
  if (otherCertificate) findings.add('CERTIFICATE_WRONG', certificatePath, 'This is not the certificate that the signature carries; one of the two was changed.');
  if (fault === null && signedAt !== null) {
    for (const one of [certificate, ...chain]) reportDates(one, certificate, certificatePath, signedAt, findings);
  }
  return { role, certificate, good: fault === null, signedAt, chain };
}

function reportDates(one: X509Certificate, signers: X509Certificate, path: string, at: Instant, findings: Findings): void {
  const ms = Date.parse(at);
  if (Date.parse(one.validFrom) <= ms && ms <= Date.parse(one.validTo)) return;
  const which = one === signers ? 'The certificate' : `The certificate "${nameOf(one)}" of the chain`;
  findings.add('CERTIFICATE_OUT_OF_DATE', path, `${which} was valid from ${one.validFrom} to ${one.validTo}, and the signer says that it signed at ${at}.`);
}

function nameOf(certificate: X509Certificate): string {
  return certificate.subject.split('\n').join(', ');
}

/**
 * Whether the signer's certificate or one of its chain is one of those that are trusted, or was issued directly by one that may issue certificates. A trusted certificate of an issuer between the
 * two also helps, so that `--trust root --trust issuing` answers for a package that carries no chain.
 */
function isTrusted({ certificate, chain }: SignatureRead, trust: readonly X509Certificate[]): boolean {
  return [certificate, ...chain].some((one) => trust.some((known) => known.raw.equals(one.raw) || (known.ca && one.checkIssued(known) && one.verify(known.publicKey))));
}

/** The four answers. `unchanged` is no whole answer without the other three, so none of them is left out. */
export function answersOf(signature: SignatureRead | null, unchanged: boolean, trust: readonly X509Certificate[], findings: Findings): PackageAnswers {
  return {
    unchanged: unchanged
      ? { answer: 'yes', sentence: 'Nothing in the package was changed, added or removed since it was signed.' }
      : { answer: 'no', sentence: 'The package is not as it was signed, or cannot be shown to be; the findings say where.' },
    ...signerAnswers(signature, trust, findings),
  };
}

function signerAnswers(signature: SignatureRead | null, trust: readonly X509Certificate[], findings: Findings): Omit<PackageAnswers, 'unchanged'> {
  if (signature === null || !signature.good) {
    return {
      signedBy: { answer: 'nobody', name: null, fingerprint: null, sentence: 'There is no signature that holds, so nobody vouches for this package.' },
      trusted: { answer: trust.length === 0 ? 'not asked' : 'no', sentence: 'There is no good signature that could be trusted.' },
      when: { at: null, sentence: 'Nothing shows when the package was made.' },
    };
  }
  const { role, certificate, signedAt } = signature;
  const name = nameOf(certificate);
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  const who = role === 'officer' ? `the officer "${name}"` : `the workstation "${name}", not by a person`;
  return {
    signedBy: { answer: role, name, fingerprint, sentence: `The package was signed by ${who}. SHA-256 of the certificate: ${fingerprint}.` },
    trusted: trustAnswer(signature, trust, findings),
    when: { at: signedAt, sentence: `The signer's own clock said ${signedAt ?? ''} (UTC) when it was signed. Nothing else shows the time.` },
  };
}

function trustAnswer(signature: SignatureRead, trust: readonly X509Certificate[], findings: Findings): PackageAnswers['trusted'] {
  if (trust.length === 0) {
    return { answer: 'not asked', sentence: 'No certificate was named to compare with. Compare the SHA-256 of the certificate with one that you have from the office itself.' };
  }
  if (isTrusted(signature, trust)) return { answer: 'yes', sentence: 'The certificate is one that you trust, or was issued by one.' };
  findings.add('SIGNER_NOT_TRUSTED', `signatures/${signature.role}.cert.pem`, 'The signature is good, and its certificate is none that you named, nor issued by one.');
  return { answer: 'no', sentence: 'The certificate is none that you named, nor issued by one. Anyone can make a certificate with any name in it.' };
}
