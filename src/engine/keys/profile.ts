import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import { codeOf } from '../lake/index.ts';
import type { Durable } from '../lake/index.ts';
import type { Clock } from '../clock.ts';
import { certificatePem, newKey, signerFrom } from './signer.ts';
import type { NewKey, Signer } from './signer.ts';

/** The station's own folder: keys, catalogs, settings. Never on the lake. docs/formats/lake.md section 18. */

/** Where the profile is: `HMS_PROFILE`, else the system's place for such data. */
export function profileFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env['HMS_PROFILE'] !== undefined && env['HMS_PROFILE'] !== '') return env['HMS_PROFILE'];
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'HMS-DTA');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'HMS-DTA');
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'hms-dta');
}

/** The station's signer; made with a new key on first use. `name` is what others see, by default the host's name. */
export async function station(profile: string, durable: Durable, clock: Clock, name = hostname()): Promise<Signer> {
  const file = join(profile, 'station.json');
  const known = await readRecord(file, clock);
  if (known === 'unfinished') await durable.removeFile(file);
  else if (known !== null) return openKey(keyFile(profile, known.id), certificateFile(profile, known.id), known.name);
  await durable.makeFolder(join(profile, 'keys'));
  const key = await newKey(`HMS-DTA station ${name}`, clock.now(), clock.random);
  const signer = signerFrom(key.privatePem, key.certificate, name);
  await saveKey(join(profile, 'keys'), signer.id.slice(0, 16), key, durable);
  const record = { created: new Date(clock.now()).toISOString(), id: signer.id, name, v: 1 };
  try {
    await durable.writeNew(file, Buffer.from(`${JSON.stringify(record)}\n`));
  } catch (error) {
    // Another process of this station was quicker: its key is the station's, this one is never used.
    if (codeOf(error) !== 'EEXIST') throw error;
    return station(profile, durable, clock, name);
  }
  return signer;
}

const keyFile = (profile: string, id: string): string => join(profile, 'keys', `${id.slice(0, 16)}.key.pem`);
const certificateFile = (profile: string, id: string): string => join(profile, 'keys', `${id.slice(0, 16)}.cert.pem`);

/** station.json; null where there is none; `unfinished` where a process that made it stopped in the middle. */
async function readRecord(file: string, clock: Clock): Promise<{ id: string; name: string } | 'unfinished' | null> {
  for (let attempt = 0; ; attempt++) {
    let text;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
    if (text.endsWith('}\n')) return parseRecord(file, text);
    // Another process may be writing it at this moment.
    if (attempt === 20) return 'unfinished';
    await clock.sleep(100);
  }
}

function parseRecord(file: string, text: string): { id: string; name: string } {
  const record: unknown = JSON.parse(text);
  if (typeof record === 'object' && record !== null && 'id' in record && 'name' in record && typeof record.id === 'string' && typeof record.name === 'string') {
    return { id: record.id, name: record.name };
  }
  throw new HmsError('KEY_REFUSED', `${file} cannot be read as this station's record.`, {
    next: 'Restore the profile folder from a backup, or move it away to begin as a new station.',
  });
}

/** A signer from a key file and its certificate. */
export async function openKey(secret: string, publicPart: string, name: string): Promise<Signer> {
  const pem = await readFile(secret, 'utf8');
  if (process.platform !== 'win32' && ((await stat(secret)).mode & 0o077) !== 0) {
    throw new HmsError('KEY_REFUSED', `The private key ${secret} can be read by other accounts of this computer.`, {
      next: `Close it with: chmod 600 '${secret}'. If someone else may have read it, enroll a new station and revoke this one.`,
    });
  }
  const certificate = new X509Certificate(await readFile(publicPart));
  return signerFrom(pem, new Uint8Array(certificate.raw), name);
}

/** Writes a private key (mode 0600) and its certificate; answers the key's file. Refuses a place that does not keep the mode: others could read the key. */
export async function saveKey(folder: string, base: string, key: NewKey, durable: Durable): Promise<string> {
  const secret = join(folder, `${base}.key.pem`);
  await durable.writeNew(join(folder, `${base}.cert.pem`), Buffer.from(certificatePem(key.certificate)));
  await durable.writeNew(secret, Buffer.from(key.privatePem), 0o600);
  if (process.platform !== 'win32' && ((await stat(secret)).mode & 0o077) !== 0) {
    await durable.removeFile(secret);
    throw new HmsError('KEY_REFUSED', `${folder} is on a disk that cannot close a file to other accounts, so a private key may not lie there.`, {
      next: 'Set HMS_PROFILE to a folder on a local disk of this computer.',
    });
  }
  return secret;
}
