import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError, KeyId } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { codeOf, ifMissing } from '../lake/index.ts';
import type { Durable } from '../lake/index.ts';
import { certificatesIn, nameOf } from './chain.ts';
import { ENCRYPTED_BEGIN, encryptedPem, openPrivateKey } from './pkcs8.ts';
import { algorithmOf, certificatePem, keyIdOf, officerSigner } from './signer.ts';
import type { OfficerSigner } from './signer.ts';

/**
 * Officers' keys in the profile: `keys/<id16>.key.pem`, encrypted under a passphrase, and `keys/<id16>.cert.pem`, the certificate with its chain after it. The station's own key is not encrypted,
 * which is how the two are told apart. `officer.json` names the officer who signs where nobody is named. docs/formats/lake.md section 18.
 */

/** An officer's key as it lies in the profile, unopened. */
export interface Officer {
  readonly id: KeyId;
  /** As the certificate says. */
  readonly name: string;
  readonly algorithm: OfficerSigner['algorithm'];
  /** DER: the officer's own, then those towards the root. */
  readonly certificates: readonly [Uint8Array, ...Uint8Array[]];
  /** SHA-256 of the officer's certificate, hex. */
  readonly fingerprint: string;
  /** Signs where nobody is named. */
  readonly isDefault: boolean;
}

export interface OfficerStore {
  /** By name. Files that are no officer's key are left out. */
  list(): Promise<Officer[]>;
  /** By the first 16 digits of the key, or by the exact name, ignoring case. KEY_UNKNOWN where there is none, or more than one. */
  find(who: string): Promise<Officer>;
  /** KEY_REFUSED where the passphrase is wrong or others may read the file. */
  open(officer: Officer, passphrase: string): Promise<OfficerSigner>;
  /** The private key itself, to be written somewhere else. As `open`. */
  secret(officer: Officer, passphrase: string): Promise<KeyObject>;
  /** Keeps a key under a passphrase. KEY_REFUSED where it is there, its kind cannot sign, or the passphrase is too short. */
  save(key: KeyObject, certificates: readonly Uint8Array[], passphrase: string): Promise<Officer>;
  /** Who signs where nobody is named; null for the station. */
  setDefault(officer: Officer | null): Promise<void>;
}

/** Short enough to type, and beyond what can be tried at 600,000 rounds a guess if it is not a word. */
export const LEAST_PASSPHRASE = 8;

export function officerStore(profile: string, durable: Durable, clock: Clock): OfficerStore {
  const folder = join(profile, 'keys');
  const keyFile = (id: KeyId): string => join(folder, `${id.slice(0, 16)}.key.pem`);
  const certificateFile = (id: KeyId): string => join(folder, `${id.slice(0, 16)}.cert.pem`);
  const defaultFile = join(profile, 'officer.json');

  async function list(): Promise<Officer[]> {
    const byDefault = await readDefault(defaultFile);
    const officers: Officer[] = [];
    for (const name of await readdir(folder).catch(ifMissing([]))) {
      if (!name.endsWith('.key.pem')) continue;
      const secret = await readFile(join(folder, name), 'latin1').catch(ifMissing(''));
      const certificates = await readFile(join(folder, name.replace(/\.key\.pem$/, '.cert.pem'))).catch(ifMissing(null));
      const officer = secret.startsWith(ENCRYPTED_BEGIN) && certificates !== null ? officerOf(certificates, byDefault) : null;
      if (officer?.id.startsWith(name.slice(0, 16)) === true) officers.push(officer);
    }
    return officers.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async function secret(officer: Officer, passphrase: string): Promise<KeyObject> {
    const file = keyFile(officer.id);
    await refuseReadable(file);
    return openPrivateKey(await readFile(file), passphrase, `the key of ${officer.name}`);
  }

  return {
    list,
    secret,

    async find(who) {
      const officers = await list();
      const wanted = who.toLowerCase();
      const found = officers.filter(({ id, name }) => (/^[0-9a-f]{16,64}$/.test(wanted) && id.startsWith(wanted)) || name.toLowerCase() === wanted);
      const [officer, ...others] = found;
      if (officer !== undefined && others.length === 0) return officer;
      const next = officers.length === 0 ? 'Make one with: hms dta key make NAME' : 'See the keys with: hms dta key list';
      if (officer === undefined) throw new HmsError('KEY_UNKNOWN', `There is no officer's key "${who}" in this profile.`, { kept: 'Nothing was changed.', next });
      throw new HmsError('KEY_UNKNOWN', `${found.length} keys are of "${who}".`, { kept: 'Nothing was changed.', next: `Name the key by its first 16 digits: ${found.map(({ id }) => id.slice(0, 16)).join(', ')}` });
    },

    async open(officer, passphrase) {
      const key = await secret(officer, passphrase);
      if (keyIdOf(createPublicKey(key).export({ type: 'spki', format: 'der' })) !== officer.id) {
        throw new HmsError('KEY_REFUSED', `The private key and the certificate of ${officer.name} in this profile do not belong together.`, { next: 'Restore the folder "keys" of the profile from a backup.' });
      }
      return officerSigner(key, officer.certificates, officer.name);
    },

    async save(key, certificates, passphrase) {
      refuseShort(passphrase);
      const officer = officerOf(Buffer.from(certificates.map(certificatePem).join('')), null);
      if (officer === null || algorithmOf(key) === null) {
        throw new HmsError('KEY_REFUSED', 'An officer signs with an ECDSA key on the curve P-256, or an RSA key of 2,048 bits or more, and its certificate.', { kept: 'Nothing was changed.' });
      }
      if ((await list()).some(({ id }) => id === officer.id)) {
        throw new HmsError('KEY_REFUSED', `The key of ${officer.name} (${officer.id.slice(0, 16)}) is in this profile already.`, { kept: 'It was not changed.', next: 'See it with: hms dta key show' });
      }
      await durable.makeFolder(folder);
      try {
        await durable.writeNew(keyFile(officer.id), Buffer.from(await encryptedPem(key, passphrase, clock.random)), 0o600);
        await durable.writeNew(certificateFile(officer.id), Buffer.from(certificates.map(certificatePem).join('')), 0o600);
        await refuseReadable(keyFile(officer.id));
      } catch (error) {
        if (codeOf(error) === 'EEXIST') throw half(officer, keyFile(officer.id));
        for (const file of [keyFile(officer.id), certificateFile(officer.id)]) await durable.removeFile(file);
        throw error;
      }
      return officer;
    },

    async setDefault(officer) {
      if (officer === null) return durable.removeFile(defaultFile);
      await durable.makeFolder(profile);
      await durable.replaceDerived(defaultFile, () => Buffer.from(`${JSON.stringify({ id: officer.id, v: 1 })}\n`), profile);
    },
  };
}

export function refuseShort(passphrase: string): void {
  if (passphrase.length >= LEAST_PASSPHRASE) return;
  throw new HmsError('KEY_REFUSED', `A passphrase needs at least ${LEAST_PASSPHRASE} characters.`, { kept: 'Nothing was changed.', next: 'Several unusual words are safer, and easier to type, than one with signs in it.' });
}

/** What certificates say of an officer; null where they cannot be read or the key is of a kind that cannot sign. */
function officerOf(certificates: Uint8Array, byDefault: string | null): Officer | null {
  try {
    const [own, ...chain] = certificatesIn(certificates);
    if (own === undefined) return null;
    const { publicKey } = new X509Certificate(own);
    const algorithm = algorithmOf(publicKey);
    const id = keyIdOf(publicKey.export({ type: 'spki', format: 'der' }));
    const fingerprint = createHash('sha256').update(own).digest('hex');
    return algorithm === null ? null : { id, name: nameOf(own), algorithm, certificates: [own, ...chain], fingerprint, isDefault: id === byDefault };
  } catch {
    return null;
  }
}

async function readDefault(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(ifMissing(''));
  try {
    const record: unknown = text === '' ? null : JSON.parse(text);
    const id = typeof record === 'object' && record !== null && 'id' in record ? KeyId.safeParse(record.id) : null;
    return id?.success === true ? id.data : null;
  } catch {
    return null;
  }
}

async function refuseReadable(file: string): Promise<void> {
  if (process.platform === 'win32' || ((await stat(file)).mode & 0o077) === 0) return;
  throw new HmsError('KEY_REFUSED', `The private key ${file} can be read by other accounts of this computer.`, {
    kept: 'Nothing was changed.',
    next: `Close it with: chmod 600 '${file}'. Where that has no effect, set HMS_PROFILE to a folder on a local disk.`,
  });
}

function half(officer: Officer, file: string): HmsError {
  return new HmsError('KEY_REFUSED', `A file of the key ${officer.id.slice(0, 16)} is in this profile already, and not whole.`, { kept: 'Nothing was changed.', next: `Look at ${file}, move it away, and try again.` });
}
