import { certificateOf, keyIdOf, pemOf } from '../crypto.ts';
import { readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';
import type { LedgerFacts } from './facts.ts';
import { namesIn } from './places.ts';

/** Holds the certificates in keys/, which are copies for people, against the keys of the ledger. Requests of stations are nobody's promise and not read. */
export function checkKeyCopies(check: LakeCheck, facts: LedgerFacts): void {
  const names = namesIn(check, 'keys');
  for (const name of names?.folders ?? []) if (name !== 'requests' && name !== 'secrets') reportStranger(check, name);
  if (names?.folders.includes('secrets') === true) checkWrappedSecrets(check);
  for (const name of [...(names?.files ?? []), ...(names?.others ?? [])]) {
    const id16 = /^([0-9a-f]{16})\.cert\.pem$/.exec(name)?.[1];
    const key = [...facts.keys.values()].find(({ id }) => id16 !== undefined && id.startsWith(id16));
    if (id16 === undefined) reportStranger(check, name);
    else if (key === undefined) check.findings.add('CERTIFICATE_DIFFERS', `keys/${name}`, 'This certificate belongs to no key of this lake.');
    else {
      const fault = certificateFault(check, `keys/${name}`, key.id, key.certificate);
      if (fault !== null) check.findings.add('CERTIFICATE_DIFFERS', `keys/${name}`, fault);
    }
  }
}

/** Copies of the secret of the masks. What is in them only their passphrases tell. */
function checkWrappedSecrets(check: LakeCheck): void {
  const names = namesIn(check, 'keys/secrets');
  for (const name of names?.files ?? []) if (!/^[0-9a-f]{32}\.[0-9a-f]{8}\.json$/.test(name)) reportStranger(check, `secrets/${name}`);
  for (const name of [...(names?.folders ?? []), ...(names?.others ?? [])]) reportStranger(check, `secrets/${name}`);
}

function certificateFault(check: LakeCheck, path: string, id: string, enrolled: string | null): string | null {
  const read = readWhole(`${check.root}/${path}`, 65_536);
  if ('why' in read) return `This certificate cannot be read: ${read.detail}.`;
  const certificate = certificateOf(read.bytes);
  if (certificate === null || pemOf(certificate) !== read.bytes.toString('latin1')) return 'This file is not a certificate in PEM.';
  if (keyIdOf(certificate) !== id) return 'This certificate is for another key than the one it is named after.';
  if (enrolled !== null) return certificate.raw.toString('base64') === enrolled ? null : 'This certificate is not the one that was enrolled.';
  // The ledger has the first station's key and not its certificate, which that station signed for itself.
  return certificate.verify(certificate.publicKey) ? null : 'This certificate was changed after it was made, or was not made by its own key.';
}

function reportStranger(check: LakeCheck, name: string): void {
  check.findings.add('FOREIGN_FILE', `keys/${name}`, 'This does not belong into keys/. It was left alone.');
}
