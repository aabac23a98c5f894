import { X509Certificate } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError } from '../contract/index.ts';
import type { EntryKey, KeyId } from '../contract/index.ts';
import { toBase64 } from '../core/index.ts';
import { revokeKey } from './datasets/index.ts';
import { certificatePem, fingerprintOf, keyIdOf, openKey } from './keys/index.ts';
import { ifMissing, inWords, newTxn } from './lake/index.ts';
import { enrolKey } from './init.ts';
import { openToRead } from './open.ts';
import type { ObservedLake } from './presence/index.ts';
import type { OpenOptions, ReadableLake, WritableLake } from './open.ts';

/** Which workstations may write: docs/formats/lake.md section 14. */

/** A workstation that asks to be enrolled. */
export interface EnrolmentRequest {
  readonly id: KeyId;
  /** As its certificate says; it chose that itself. */
  readonly name: string;
  /** SHA-256 of its certificate: what the two people read to one another. */
  readonly fingerprint: string;
}

interface Requested extends EnrolmentRequest {
  readonly spki: Uint8Array;
  readonly certificate: Uint8Array;
}

/** Leaves this station's certificate in `keys/requests/`; the only thing that a station writes before it is enrolled. */
export async function requestEnrolment(lake: ReadableLake): Promise<{ id16: string; fingerprint: string }> {
  const { station, paths, durable } = lake;
  if (station === null) throw lake.readOnly ?? new Error('There is no station key.');
  await inWords('Asking for enrolment', 'Nothing was changed.', async () => {
    const scratch = paths.transaction(newTxn(lake.clock));
    await durable.makeFolder(scratch);
    await durable.replaceDerived(paths.request(station.id), () => Buffer.from(certificatePem(station.certificate)), scratch);
    await durable.removeTree(scratch);
  });
  return { id16: station.id.slice(0, 16), fingerprint: fingerprintOf(station.certificate) };
}

/**
 * Leaves the request at the first opening of a lake that this station is not enrolled in. Null where there is nothing to ask for, where it was asked before, and where
 * the lake cannot be written to: who only reads needs no enrolment, and who wants to write is told what to do.
 */
export async function askForEnrolment(lake: ReadableLake): Promise<{ id16: string; fingerprint: string } | null> {
  const { station } = lake;
  if (station === null || lake.readOnly?.code !== 'NOT_ENROLLED' || lake.catalog.view.key(station.id) !== null) return null;
  const isAsked = await access(lake.paths.request(station.id)).then(() => true, () => false);
  if (isAsked) return null;
  return requestEnrolment(lake).catch((error: unknown) => {
    if (error instanceof HmsError) return null;
    throw error;
  });
}

/** The requests that are not answered yet; files that are no P-256 certificate are left out. */
export async function pendingRequests(lake: ReadableLake): Promise<EnrolmentRequest[]> {
  const names = await readdir(lake.paths.requests).catch(ifMissing([]));
  const requests: EnrolmentRequest[] = [];
  for (const name of names.sort()) {
    const request = await readRequest(join(lake.paths.requests, name));
    if (request !== null && lake.catalog.view.key(request.id) === null) requests.push({ id: request.id, name: request.name, fingerprint: request.fingerprint });
  }
  return requests;
}

/** The stations of a lake whose heartbeats count, without the one with the id `but`. Names come from the ledger; that of the first station only its certificate tells, which `names` remembers. */
export async function stationsOf(lake: ReadableLake, but: KeyId | null, names: Map<KeyId, string> = new Map()): Promise<ObservedLake> {
  const nameOf = async (id: KeyId): Promise<string> => {
    const found = names.get(id) ?? (await nameByCertificate(lake, id)) ?? id.slice(0, 16);
    names.set(id, found);
    return found;
  };
  const enrolled = lake.catalog.keys().filter(({ id, role, revoked }) => role === 'station' && revoked === null && id !== but);
  const stations = await Promise.all(enrolled.map(async ({ id, name }) => ({ id, name: name ?? (await nameOf(id)) })));
  return { lake: lake.lake.id, paths: lake.paths, stations };
}

async function nameByCertificate(lake: ReadableLake, id: KeyId): Promise<string | null> {
  const kept = await readRequest(lake.paths.certificate(id)).catch(() => null);
  return kept?.id === id && kept.name !== '' ? kept.name : null;
}

/** Enrols a station that asked for it. `fingerprint`, where given, must be its certificate's. */
export async function enrollStation(lake: WritableLake, id16: string, fingerprint: string | null): Promise<{ id: KeyId; name: string }> {
  const request = await requestOf(lake, id16, fingerprint);
  await enrolKey(lake, lake.signer, request, 'station');
  await inWords('Removing the request', 'The workstation is enrolled.', () => lake.durable.removeFile(lake.paths.request(request.id)));
  return { id: request.id, name: request.name };
}

/** Enrols a station with the recovery key, where no enrolled station is left. */
export async function enrollWithRecoveryKey(options: OpenOptions, keyFile: string, id16: string, fingerprint: string | null): Promise<{ id: KeyId; name: string }> {
  const lake = await openToRead(options);
  try {
    const recovery = await openKey(keyFile, keyFile.replace(/\.key\.pem$/, '.cert.pem'), 'Recovery key');
    const key = lake.catalog.view.key(recovery.id);
    if (key?.role !== 'recovery' || key.revoked) {
      throw new HmsError('KEY_REFUSED', `${keyFile} is not a recovery key of this lake.`, { kept: 'Nothing was changed.', next: 'Take the key that `hms dta init` made for this lake.' });
    }
    if (lake.readOnly !== null && lake.readOnly.code !== 'NOT_ENROLLED') throw lake.readOnly;
    const request = await requestOf(lake, id16, fingerprint);
    await enrolKey(lake, recovery, request, 'station');
    return { id: request.id, name: request.name };
  } finally {
    await lake.close();
  }
}

async function requestOf(lake: ReadableLake, id16: string, fingerprint: string | null): Promise<Requested> {
  const request = /^[0-9a-f]{16}$/.test(id16) ? await readRequest(lake.paths.request(id16 as KeyId)) : null;
  if (request === null) {
    throw new HmsError('KEY_UNKNOWN', `No workstation with the key ${id16} has asked to be enrolled.`, {
      kept: 'Nothing was changed.',
      next: 'See the requests with `hms dta station list`; the other workstation asks by opening the lake, or with `hms dta station request`.',
    });
  }
  if (fingerprint !== null && fingerprint.toLowerCase().replaceAll(':', '') !== request.fingerprint) {
    throw new HmsError('KEY_REFUSED', `The fingerprint of the request is ${request.fingerprint}, not the one that was given.`, {
      kept: 'Nothing was changed.',
      next: 'Read it aloud once more with the person at the other workstation. If it differs, someone else left that request.',
    });
  }
  return request;
}

/** Takes a station's key out of the key set. */
export async function revokeStation(lake: WritableLake, id16: string, reason: string): Promise<KeyId> {
  const key = lake.catalog.keys().find((item) => item.id.startsWith(id16) && id16.length >= 16);
  if (key === undefined) throw new HmsError('KEY_UNKNOWN', `There is no key ${id16} in this lake.`, { kept: 'Nothing was changed.', next: 'See the keys with: hms dta station list' });
  const entryKey: EntryKey = { id: key.id, role: key.role, spki: toBase64(key.spki) };
  await revokeKey(lake, entryKey, reason);
  return key.id;
}

async function readRequest(file: string): Promise<Requested | null> {
  const pem = await readFile(file).catch(ifMissing(null));
  if (pem === null || pem.length > 65_536) return null;
  try {
    const certificate = new X509Certificate(pem);
    const { publicKey } = certificate;
    if (publicKey.asymmetricKeyType !== 'ec' || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return null;
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const raw = new Uint8Array(certificate.raw);
    return { id: keyIdOf(spki), name: commonName(certificate.subject), fingerprint: fingerprintOf(raw), spki, certificate: raw };
  } catch {
    return null;
  }
}

function commonName(subject: string): string {
  const line = subject.split('\n').find((part) => part.startsWith('CN='));
  return (line ?? '').slice(3).replace(/^HMS-DTA station /, '');
}
