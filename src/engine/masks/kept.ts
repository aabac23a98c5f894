import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HmsError, instantOf, LakeId } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { ifMissing } from '../lake/index.ts';
import type { Durable } from '../lake/index.ts';
import { secretIdOf } from './secret.ts';
import type { MaskSecret } from './secret.ts';
import { SecretId } from './wrapped.ts';

/** Secrets in the profile of this station: `secrets/<id>.json`, mode 0600, one file each. docs/formats/secrets.md section 3. */

const KeptSecret = z.strictObject({ v: z.literal(1), id: SecretId, key: z.string().regex(/^[A-Za-z0-9_-]{43}$/), lake: LakeId, kept: z.iso.datetime() });

const NOTHING = 'Nothing was changed.';

export interface KeptSecrets {
  readonly profile: string;
  readonly durable: Durable;
  readonly clock: Clock;
}

const folderOf = ({ profile }: KeptSecrets): string => join(profile, 'secrets');
const fileOf = (store: KeptSecrets, id: string): string => join(folderOf(store), `${id}.json`);

/** The secret with that id; null where this station does not have it. SECRET_REFUSED where its file is damaged or others may read it. */
export async function keptSecret(store: KeptSecrets, id: string): Promise<MaskSecret | null> {
  const file = fileOf(store, id);
  const text = await readFile(file, 'utf8').catch(ifMissing(null));
  if (text === null) return null;
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) {
    throw new HmsError('SECRET_REFUSED', `The secret ${file} can be read by other accounts of this computer.`, { kept: NOTHING, next: `Close it with: chmod 600 '${file}'. If someone else may have read it, make a new one with: hms dta secret rotate` });
  }
  const key = keyIn(text);
  if (key !== null && secretIdOf(key) === id) return { id, key };
  throw new HmsError('SECRET_REFUSED', `The secret ${file} is damaged.`, { kept: NOTHING, next: 'Restore it from a backup of the profile; or move it away and take it from another workstation with: hms dta secret accept' });
}

function keyIn(text: string): Uint8Array | null {
  try {
    return new Uint8Array(Buffer.from(KeptSecret.parse(JSON.parse(text)).key, 'base64url'));
  } catch {
    return null;
  }
}

/** Keeps a secret, closed to other accounts from its first byte. One that is there stays as it is. */
export async function keepSecret(store: KeptSecrets, { id, key }: MaskSecret, lake: LakeId): Promise<void> {
  const { durable, clock } = store;
  const folder = folderOf(store);
  if ((await keptSecret(store, id)) !== null) return;
  await durable.makeFolder(folder);
  const next = join(folder, `${id}-${clock.uuid()}.part`);
  const record = { id, kept: instantOf(clock.now()), key: Buffer.from(key).toString('base64url'), lake, v: 1 };
  await durable.writeNew(next, Buffer.from(`${JSON.stringify(record)}\n`), 0o600);
  if (process.platform !== 'win32' && ((await stat(next)).mode & 0o077) !== 0) {
    await durable.removeFile(next);
    throw new HmsError('SECRET_REFUSED', `${folder} is on a disk that cannot close a file to other accounts, so the secret of the masks may not lie there.`, { kept: NOTHING, next: 'Set HMS_PROFILE to a folder on a local disk of this computer.' });
  }
  await durable.moveFile(next, fileOf(store, id));
  await durable.disk.syncFolder(folder);
}

/** Forgets a secret that was made and that no lake took. */
export async function dropSecret(store: KeptSecrets, id: string): Promise<void> {
  await store.durable.removeFile(fileOf(store, id)).catch(ifMissing(undefined));
}
