import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HmsError } from '../contract/index.ts';
import type { KeyRole, Sha256 } from '../contract/index.ts';
import { toBase64 } from '../core/index.ts';
import { systemClock } from './clock.ts';
import { certificatePem, fingerprintOf, newKey, saveKey, signerFrom } from './keys/index.ts';
import type { Signer } from './keys/index.ts';
import { durableOn, ifMissing, inWords, lakeJsonText, lakePaths, layOutLake, placeOf, sha256, systemDisk } from './lake/index.ts';
import { openToRead, openToWrite } from './open.ts';
import type { OpenOptions, ReadableLake, WritableLake } from './open.ts';

export interface InitOptions extends OpenOptions {
  /** IANA zone of the office: shown times and "end of day" are in it. */
  readonly zone: string;
  readonly sample?: boolean;
}

export interface NewLake {
  readonly lake: WritableLake;
  /** Where the recovery key was put; it belongs on a medium in a safe. */
  readonly recoveryKey: string;
}

/**
 * Makes a lake, enrols this station and a recovery key. An `init` that was interrupted is completed: where entry 0 is missing, and where it is this
 * station's and no recovery key was ever enrolled.
 */
export async function initLake(options: InitOptions): Promise<NewLake> {
  if (!isZone(options.zone)) {
    throw new HmsError('USAGE', `"${options.zone}" is not a time zone.`, { next: 'Give an IANA name such as --zone America/New_York.' });
  }
  const folder = resolve(options.folder);
  if (!(await isUnfinished({ ...options, folder }))) await layOut(options, folder);
  const opened = await openToRead({ ...options, folder });
  try {
    if (opened.station === null) throw opened.readOnly ?? new Error('A lake without a station key cannot be begun.');
    if (opened.catalog.view.size === 0) await found(opened, opened.station);
  } finally {
    await opened.close();
  }
  const lake = await openToWrite({ ...options, folder });
  try {
    return { lake, recoveryKey: await enrolRecovery(lake) };
  } catch (error) {
    await lake.close();
    throw error;
  }
}

async function layOut(options: InitOptions, folder: string): Promise<void> {
  const clock = options.clock ?? systemClock;
  const disk = options.disk ?? systemDisk;
  await inWords('Making the lake', 'No lake was made.', async () => {
    await durableOn(disk, { kind: 'journaled', name: 'new' }, clock).makeFolder(folder);
    await layOutLake(lakePaths(folder), options.zone, options.sample ?? false, durableOn(disk, await placeOf(folder), clock), clock);
  });
}

/** Whether this station founded the lake and was stopped before it enrolled a recovery key. */
async function isUnfinished(options: OpenOptions): Promise<boolean> {
  const there = await lstat(lakePaths(options.folder).entry(0)).then(() => true, ifMissing(false));
  if (!there) return false;
  const lake = await openToRead(options);
  try {
    const keys = lake.catalog.keys();
    return lake.readOnly === null && keys[0]?.id === lake.station?.id && keys.every((key) => key.role !== 'recovery');
  } finally {
    await lake.close();
  }
}

async function found(lake: ReadableLake, station: Signer): Promise<void> {
  await writeCertificate(lake, station);
  await lake.ledger.act(station, {
    op: 'lake.created',
    subject: 'lake',
    head: {},
    outputs: [{ ref: 'lake.json', sha256: Buffer.from(sha256(Buffer.from(lakeJsonText(lake.lake)))).toString('hex') as Sha256 }],
    key: { id: station.id, role: 'station', spki: toBase64(station.spki) },
  });
}

async function enrolRecovery(lake: WritableLake): Promise<string> {
  const { clock } = lake;
  const key = await newKey(`HMS-DTA recovery key of lake ${lake.lake.id}`, clock.now(), (size) => clock.random(size));
  const signer = signerFrom(key.privatePem, key.certificate, 'Recovery key');
  const folder = join(lake.profile, 'recovery');
  const { profileDurable } = lake.ledger.context;
  const file = await inWords('Writing the recovery key', 'The lake was made; it has no recovery key yet.', async () => {
    await profileDurable.makeFolder(folder);
    return saveKey(folder, `recovery-${signer.id.slice(0, 16)}`, key, profileDurable);
  });
  await enrolKey(lake, lake.signer, signer, 'recovery');
  return file;
}

/** Enrols a key that this process holds or has read: certificate into `keys/` for people, then the entry. */
export async function enrolKey(lake: ReadableLake, signer: Signer, key: Pick<Signer, 'id' | 'spki' | 'certificate' | 'name'>, role: KeyRole): Promise<void> {
  await writeCertificate(lake, key);
  await lake.ledger.act(signer, {
    op: 'key.enrolled',
    subject: `key:${key.id}`,
    head: { name: key.name, certificate: toBase64(key.certificate), fingerprint: fingerprintOf(key.certificate) as Sha256 },
    key: { id: key.id, role, spki: toBase64(key.spki) },
  });
}

async function writeCertificate(lake: ReadableLake, key: Pick<Signer, 'id' | 'certificate'>): Promise<void> {
  await inWords('Writing the certificate', 'Nothing was written to the ledger.', () =>
    lake.durable.replaceDerived(lake.paths.certificate(key.id), () => Buffer.from(certificatePem(key.certificate)), lake.paths.staging),
  );
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
