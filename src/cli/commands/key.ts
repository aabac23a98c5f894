import { HmsError } from '../../contract/index.ts';
import { needsPassphrase, profileFolder } from '../../engine/keys/index.ts';
import type { Officer } from '../../engine/keys/index.ts';
import { enrollOfficer, exportOfficer, importOfficer, keyFileAt, makeOfficer, officersOf } from '../../engine/officers.ts';
import type { KeyForm } from '../../engine/officers.ts';
import { writing } from '../opening.ts';
import { passphraseFrom } from '../passphrase.ts';
import type { PassphraseSource } from '../passphrase.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { fields, table } from '../table.ts';

/** Officers' keys: a person's signature, beside the workstation's. */

interface MakeChoices extends PassphraseSource {
  readonly organization?: string;
  readonly default?: boolean;
}

export async function make(session: Session, [name]: readonly [string], { organization, default: isDefault = false, ...source }: MakeChoices): Promise<void> {
  const passphrase = await passphraseFrom(session, source, `Passphrase for the key of ${name}: `, true);
  const officer = await makeOfficer(profile(), name, organization ?? null, passphrase);
  await kept(session, officer, isDefault, 'made');
}

interface ImportChoices extends PassphraseSource {
  readonly certificate?: readonly string[];
  readonly name?: string;
  readonly default?: boolean;
}

export async function importKey(session: Session, [path]: readonly [string], { certificate = [], name, default: isDefault = false, ...source }: ImportChoices): Promise<void> {
  const file = await keyFileAt(path, certificate);
  const isLocked = needsPassphrase(file);
  const passphrase = await passphraseFrom(session, source, isLocked ? `Passphrase of ${file.what}: ` : `${file.what} has no passphrase. One to keep it under: `, !isLocked);
  const officer = await importOfficer(profile(), file, isLocked, passphrase, name ?? null);
  await kept(session, officer, isDefault, 'imported');
}

interface ExportChoices extends PassphraseSource {
  readonly to?: string;
}

export async function exportKey(session: Session, [who, target]: readonly [string, string], { to = 'p12', ...source }: ExportChoices): Promise<void> {
  if (to !== 'p12' && to !== 'pem' && to !== 'cert') throw new HmsError('USAGE', `"${to}" is not a form of a key.`, { kept: 'Nothing was written.', next: 'Write --to p12, --to pem, or --to cert for the certificate alone.' });
  const form: KeyForm = to;
  const officer = await (await officersOf(profile())).find(who);
  const passphrase = form === 'cert' ? null : await passphraseFrom(session, source, `Passphrase of the key of ${officer.name}: `);
  const file = await exportOfficer(profile(), officer, form, target, passphrase);
  await answer(session, { key: officer.id, file, form }, [form === 'cert' ? `The certificate of ${officer.name} was written to ${file}` : `The key of ${officer.name} was written to ${file}, under the same passphrase.`]);
}

export async function show(session: Session, [who]: readonly [string]): Promise<void> {
  const officer = await (await officersOf(profile())).find(who);
  const { X509Certificate } = await import('node:crypto');
  const [own, ...chain] = officer.certificates.map((der) => new X509Certificate(der));
  await answer(session, { ...keyJson(officer), subject: own?.subject, issuer: own?.issuer, validFrom: own?.validFromDate, validTo: own?.validToDate, chain: chain.map(({ subject }) => subject) }, [
    ...fields([
      ['Name', officer.name],
      ['Key', officer.id],
      ['Kind', kindWords(officer)],
      ['Fingerprint', officer.fingerprint],
      ['Issued by', own?.checkIssued(own) === true ? 'itself: compare the fingerprint by telephone' : oneLine(own?.issuer)],
      ['Valid', `${own?.validFromDate.toISOString().slice(0, 10) ?? ''} to ${own?.validToDate.toISOString().slice(0, 10) ?? ''}`],
      ['Chain', chain.length === 0 ? null : chain.map(({ subject }) => oneLine(subject)).join('; ')],
      ['Signs exports', officer.isDefault ? 'yes, where nobody else is named' : 'where it is named with --as'],
    ]),
  ]);
}

export async function list(session: Session): Promise<void> {
  const officers = await (await officersOf(profile())).list();
  const rows = officers.map((officer) => [officer.id.slice(0, 16), officer.name, kindWords(officer), officer.isDefault ? 'signs exports' : '']);
  await answer(session, { officers: officers.map(keyJson) }, officers.length === 0 ? ["There is no officer's key in this profile. Make one with: hms dta key make NAME"] : table([{ title: 'Key' }, { title: 'Name' }, { title: 'Kind' }, { title: '' }], rows));
}

export async function setDefault(session: Session, [who]: readonly [string]): Promise<void> {
  const store = await officersOf(profile());
  const officer = who === 'station' ? null : await store.find(who);
  await store.setDefault(officer);
  await answer(session, { default: officer?.id ?? null }, [officer === null ? 'The workstation signs exports where nobody is named.' : `${officer.name} signs exports where nobody is named.`]);
}

export function enroll(session: Session, [who]: readonly [string]): Promise<void> {
  return writing(session, async (lake) => {
    const officer = await (await officersOf({ profile: lake.profile })).find(who);
    await enrollOfficer(lake, officer);
    await answer(session, keyJson(officer), [`The key of ${officer.name} (${officer.id.slice(0, 16)}) is enrolled as an officer's; the ledger takes its signature for that officer's from now on.`]);
  });
}

async function kept(session: Session, officer: Officer, isDefault: boolean, how: string): Promise<void> {
  if (isDefault) await (await officersOf(profile())).setDefault(officer);
  await answer(session, { ...keyJson(officer), isDefault }, [
    `The key of ${officer.name} was ${how}.`,
    ...fields([
      ['Key', officer.id.slice(0, 16)],
      ['Kind', kindWords(officer)],
      ['Fingerprint', officer.fingerprint],
    ]),
  ]);
  await remark(session, `It lies in the profile, encrypted; without its passphrase nobody can use it, and nobody can recover it. Enroll it in a lake with: hms dta key enroll ${officer.id.slice(0, 16)}`);
}

function keyJson({ id, name, algorithm, fingerprint, isDefault, certificates }: Officer): object {
  return { key: id, name, algorithm, fingerprint, isDefault, certificates: certificates.length };
}

function kindWords({ algorithm }: Officer): string {
  return algorithm === 'ecdsa' ? 'ECDSA P-256' : 'RSA, signs packages only';
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

function profile(): { profile: string } {
  return { profile: profileFolder(process.env) };
}
