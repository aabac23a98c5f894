import { createInterface } from 'node:readline/promises';
import { CancelledError, HmsError, instantOf } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';
import { lastSigns } from '../../engine/presence/index.ts';
import type { LastSign } from '../../engine/presence/index.ts';
import { enrollStation, enrollWithRecoveryKey, pendingRequests, requestEnrolment, revokeStation, stationsOf } from '../../engine/stations.ts';
import type { EnrolmentRequest } from '../../engine/stations.ts';
import { reading, writing } from '../opening.ts';
import { answer, openOptions, remark, warn } from '../session.ts';
import type { Session } from '../session.ts';
import { table } from '../table.ts';
import { officeClock, shown } from '../words.ts';

/** Which workstations may write to the lake, and what they are doing. */

export function list(session: Session): Promise<void> {
  return reading(session, async (lake) => {
    const when = officeClock(lake.lake.zone);
    const own = lake.station?.id ?? null;
    const keys = lake.catalog.keys().map(({ id, role, name, since, revoked }) => ({ id, role, name: id === own ? (lake.station?.name ?? name) : name, since, revoked }));
    const requests = await pendingRequests(lake);
    const signs = await lastSigns(await stationsOf(lake, null));
    const present = signs.map(({ station, name, doing, dataset, account, since, modified }) => ({ station, name, doing, dataset, account, since, lastSign: instantOf(modified) }));
    const state = ({ id, revoked }: (typeof keys)[number]): string => (revoked === null ? (id === own ? 'enrolled, this workstation' : 'enrolled') : `revoked ${when(revoked.at)}: ${revoked.reason ?? ''}`);
    const rows = keys.map((key) => [key.id.slice(0, 16), key.role, key.name ?? '', when(key.since), state(key)]);
    const asked = requests.map(({ id, name, fingerprint }) => [id.slice(0, 16), `${name}${id === own ? ' (this workstation)' : ''}`, fingerprint]);
    await answer(session, { station: own, keys, requests, present }, [
      ...table([{ title: 'Key' }, { title: 'Role' }, { title: 'Name' }, { title: 'Since' }, { title: 'State' }], rows),
      ...(present.length === 0 ? [] : ['', 'Signs of life (a program that goes on gives one every 15 seconds; the last is by the clock of the disk or share):', ...present.map((sign) => `  ${presentWords(sign, when)}`)]),
      ...(asked.length === 0 ? [] : ['', 'These ask to be enrolled:', ...table([{ title: 'Key' }, { title: 'Name' }, { title: 'Fingerprint' }], asked)]),
    ]);
  });
}

function presentWords({ name, doing, dataset, account, since, lastSign }: Omit<LastSign, 'modified'> & { readonly lastSign: Instant }, when: (instant: string) => string): string {
  const who = account === null ? shown(name) : `${shown(account)} at ${shown(name)}`;
  const what = doing === 'idle' ? 'has the lake open, at rest' : `is ${doing}${dataset === null ? '' : `${doing === 'ingesting' ? ' into' : ''} ${dataset}`}`;
  return `${who} ${what}, since ${when(since)}; last sign ${when(lastSign)}`;
}

export function request(session: Session): Promise<void> {
  return reading(session, async (lake) => {
    const { station } = lake;
    const key = station === null ? null : lake.catalog.view.key(station.id);
    if (station !== null && key?.role === 'station' && !key.revoked) {
      await answer(session, { station: station.id, enrolled: true }, ['This workstation is enrolled in this lake already.']);
      return;
    }
    // A revoked key stays revoked; the lake says what to do.
    if (key !== null && lake.readOnly !== null) throw lake.readOnly;
    const { id16, fingerprint } = await requestEnrolment(lake);
    await answer(session, { station: station?.id ?? null, id16, fingerprint, enrolled: false }, [
      'This workstation asks to be enrolled. On an enrolled workstation, with both of you on the telephone:',
      `  hms dta station enroll ${id16}`,
      'Read this fingerprint aloud there:',
      `  ${fingerprint}`,
    ]);
  });
}

export interface EnrollChoices {
  readonly fingerprint?: string;
  readonly recoveryKey?: string;
}

/** Lets a workstation in that asked for it, after its fingerprint was compared. */
export function enroll(session: Session, [id]: readonly [string], { fingerprint, recoveryKey }: EnrollChoices): Promise<void> {
  const id16 = id.toLowerCase();
  if (recoveryKey !== undefined) return enrollBy(session, reading, id16, fingerprint, async (given) => enrollWithRecoveryKey(await openOptions(session), recoveryKey, id16, given));
  return writing(session, async (lake) => {
    const given = fingerprint ?? (await compared(session, await pendingRequests(lake), id16));
    await tellEnrolled(session, await enrollStation(lake, id16, given));
  });
}

/** The recovery key opens the lake by itself, so that the reading has to end before. */
async function enrollBy(session: Session, open: typeof reading, id16: string, fingerprint: string | undefined, act: (fingerprint: string) => Promise<{ id: string; name: string }>): Promise<void> {
  const given = fingerprint ?? (await open(session, async (lake) => compared(session, await pendingRequests(lake), id16)));
  await tellEnrolled(session, await act(given));
}

function tellEnrolled(session: Session, { id, name }: { readonly id: string; readonly name: string }): Promise<void> {
  return answer(session, { key: id, name }, [`The workstation "${name}" (key ${id.slice(0, 16)}) is enrolled; it can write to this lake now.`]);
}

/** Shows who asks and has the person confirm the fingerprint; answers it. */
async function compared(session: Session, requests: readonly EnrolmentRequest[], id16: string): Promise<string> {
  const asking = requests.find(({ id }) => id.startsWith(id16) && id16.length >= 16);
  if (asking === undefined) {
    throw new HmsError('KEY_UNKNOWN', `No workstation with the key ${id16} has asked to be enrolled.`, {
      kept: 'Nothing was changed.',
      next: 'See the requests with: hms dta station list. The other workstation asks with: hms dta station request',
    });
  }
  if (!process.stdin.isTTY || session.json) {
    throw new HmsError('USAGE', `Nobody can be asked here whether the fingerprint of "${asking.name}" was read aloud.`, {
      kept: 'Nothing was changed.',
      next: `Compare it with the person at that workstation, then add: --fingerprint ${asking.fingerprint}`,
      facts: { name: asking.name, fingerprint: asking.fingerprint },
    });
  }
  await warn(session, `The workstation that calls itself "${asking.name}" asks to write to this lake. Its fingerprint:`);
  await warn(session, `  ${asking.fingerprint}`);
  await warn(session, 'Have it read aloud by the person who sits there, and compare every digit.');
  const typed = await asked('Type yes if they are the same: ', session.signal);
  if (typed?.trim().toLowerCase() === 'yes') return asking.fingerprint;
  if (typed === null) throw new CancelledError('Nothing was changed; the request stays.');
  throw new HmsError('KEY_REFUSED', 'The fingerprint was not confirmed, so the workstation was not enrolled.', { kept: 'Nothing was changed; its request stays.' });
}

/** What a person answers at the terminal; null where the terminal was left with Ctrl-C or Ctrl-D. */
async function asked(question: string, signal: AbortSignal): Promise<string | null> {
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const left = new Promise<null>((resolve) => dialogue.once('close', () => resolve(null)));
    return await Promise.race([dialogue.question(question, { signal }), left]);
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null;
    throw error;
  } finally {
    dialogue.close();
  }
}

export function revoke(session: Session, [id]: readonly [string], { message }: { readonly message: string }): Promise<void> {
  return writing(session, async (lake) => {
    const key = await revokeStation(lake, id.toLowerCase(), message);
    await answer(session, { key, reason: message }, [`The key ${key.slice(0, 16)} is revoked: what it signed before stays good, and nothing that it signs from now on counts.`]);
    if (key === lake.signer.id) await remark(session, 'That was the key of this workstation; it can only read this lake now.');
  });
}
