import { createPrivateKey, X509Certificate } from 'node:crypto';
import { lstat, readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { HmsError } from '../contract/index.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { enrolKey } from './init.ts';
import { certificatePem, encryptedPem, newKey, officerStore, pkcs12Of, readKeyFile, refuseShort } from './keys/index.ts';
import type { KeyFile, Officer, OfficerStore } from './keys/index.ts';
import { durableOn, ifMissing, inWords, placeOf, systemDisk } from './lake/index.ts';
import type { WritableLake } from './open.ts';
import { makeProfile } from './profile-folder.ts';

/** What is done with officers' keys: make, import, export, enroll. docs/formats/lake.md sections 14 and 18. */

export interface OfficerOptions {
  readonly profile: string;
  readonly clock?: Clock;
}

/** The officers' keys of a profile; makes the profile's folder where it is not there. */
export async function officersOf({ profile, clock = systemClock }: OfficerOptions): Promise<OfficerStore> {
  return inWords(`Opening the profile folder ${profile}`, 'Nothing was changed.', async () => {
    await makeProfile(profile, durableOn(systemDisk, { kind: 'journaled', name: 'profile' }, clock));
    return officerStore(profile, durableOn(systemDisk, await placeOf(profile), clock), clock);
  });
}

/** A new key pair with a self-signed certificate in the officer's name. */
export async function makeOfficer(options: OfficerOptions, name: string, organization: string | null, passphrase: string): Promise<Officer> {
  const clock = options.clock ?? systemClock;
  refuseUnusableName(name);
  refuseShort(passphrase);
  const { privatePem, certificate } = await newKey(name, clock.now(), clock.random, organization);
  const store = await officersOf(options);
  return inWords('Keeping the key in the profile', 'Nothing was changed.', () => store.save(createPrivateKey(privatePem), [certificate], passphrase));
}

/** A key that comes in a file. `passphrase` opens the file where it needs one, and keeps the key from then on. */
export async function importOfficer(options: OfficerOptions, file: KeyFile, isLocked: boolean, passphrase: string, name: string | null): Promise<Officer> {
  const clock = options.clock ?? systemClock;
  if (name !== null) refuseUnusableName(name);
  const words = name === null ? null : { commonName: name, organization: null, now: clock.now(), random: clock.random };
  const { key, certificates } = await readKeyFile(file, isLocked ? passphrase : null, words);
  const store = await officersOf(options);
  return inWords('Keeping the key in the profile', 'Nothing was changed.', () => store.save(key, certificates, passphrase));
}

export type KeyForm = 'p12' | 'pem' | 'cert';

/** Writes a key for another computer: `.p12`, encrypted PEM with its certificates, or the certificates alone, which need no passphrase. Never over a file. */
export async function exportOfficer(options: OfficerOptions, officer: Officer, form: KeyForm, target: string, passphrase: string | null): Promise<string> {
  const clock = options.clock ?? systemClock;
  const file = resolve(target);
  const certificates = Buffer.from(officer.certificates.map(certificatePem).join(''));
  let bytes: Uint8Array = certificates;
  if (form !== 'cert') {
    if (passphrase === null) throw new Error('A private key is not written without its passphrase.');
    const key = await (await officersOf(options)).secret(officer, passphrase);
    bytes = form === 'p12' ? await pkcs12Of(key, officer.certificates, officer.name, passphrase) : Buffer.concat([Buffer.from(await encryptedPem(key, passphrase, clock.random)), certificates]);
  }
  if (await lstat(file).then(() => true, ifMissing(false))) throw new HmsError('TARGET_EXISTS', `${file} exists already.`, { kept: 'It was not changed.', next: 'Give another name.' });
  if (!(await stat(dirname(file)).then((stats) => stats.isDirectory(), ifMissing(false)))) throw new HmsError('USAGE', `There is no folder ${dirname(file)}.`, { kept: 'Nothing was written.' });
  await inWords(`Writing ${file}`, 'The key in the profile is as it was.', async () => {
    await durableOn(systemDisk, await placeOf(dirname(file)), clock).writeNew(file, bytes, form === 'cert' ? 0o644 : 0o600);
  });
  return file;
}

/** Reads a key file and the certificates that were named beside it. */
export async function keyFileAt(path: string, certificates: readonly string[]): Promise<KeyFile> {
  const read = async (file: string): Promise<Uint8Array> => {
    const { size } = await inWords(`Reading ${file}`, 'Nothing was changed.', () => stat(file).catch(ifMissing({ size: -1 })));
    if (size < 0) throw new HmsError('USAGE', `There is no file ${file}.`, { kept: 'Nothing was changed.' });
    if (size > LARGEST_KEY_FILE) throw new HmsError('KEY_REFUSED', `${file} is too large to be a key.`, { kept: 'Nothing was changed.' });
    return inWords(`Reading ${file}`, 'Nothing was changed.', () => readFile(file));
  };
  return { bytes: await read(path), what: basename(path), certificates: await Promise.all(certificates.map(read)) };
}

const LARGEST_KEY_FILE = 1_048_576;

/** Enrolls an officer's key in the lake: from then on the officer's signature on an act is the officer's, by the ledger. Signed by this station, whose key is in the set. */
export async function enrollOfficer(lake: WritableLake, officer: Officer): Promise<void> {
  if (officer.algorithm !== 'ecdsa') {
    throw new HmsError('KEY_REFUSED', `The key of ${officer.name} is an RSA key; only keys on the curve P-256 can be enrolled in a lake.`, {
      kept: 'Nothing was changed.',
      next: 'It can sign packages all the same. For acts in the ledger make another key: hms dta key make',
    });
  }
  const [certificate] = officer.certificates;
  const { publicKey } = new X509Certificate(certificate);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  await enrolKey(lake, lake.signer, { id: officer.id, spki, certificate, name: officer.name }, 'officer');
}

/** A certificate's common name has at most 64 characters (RFC 5280 appendix A.1). */
function refuseUnusableName(name: string): void {
  if (name.trim() !== '' && [...name].length <= 64 && !/\p{Cc}/u.test(name) && name.isWellFormed()) return;
  throw new HmsError('NAME_INVALID', `"${name}" cannot be the name in a certificate: it has 1 to 64 characters, and no control characters.`, { kept: 'Nothing was changed.' });
}
