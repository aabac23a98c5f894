import { lstat, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import type { TxnId } from '../../contract/index.ts';
import { parseEntry } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import { codeOf } from './durable.ts';
import type { Durable } from './durable.ts';
import { blockedError, ifMissing, leafAt } from './leaf.ts';
import { placeError } from './place-error.ts';

/** The rename that makes a claimed entry part of the ledger, and what became of it where the system reports an error. */

export interface PublishContext {
  readonly durable: Durable;
  readonly clock: Clock;
}

/** How long a share that stopped answering at the moment of the claim is asked what became of it, ms. */
const ASKED_FOR_MS = 60_000;
const ASKED_EVERY_MS = 500;
/** How long a share may hide what stands at a number that it says is taken, ms. */
const SHOWN_WITHIN_MS = 10_000;

/**
 * Renames the claim in `folder` to the number `target` by `move`: claimed, or lost to another writer. After any error the number is opened and its `txn` compared: the error of a
 * rename does not say that it did not happen. `looked`: the number was seen to be free a moment ago. Throws where the entry is not in the ledger and will not come into it, or, with `outcome: unknown`, where nobody can say.
 */
export async function publishClaim(context: PublishContext, folder: string, target: string, txn: TxnId, move: () => Promise<void>, look: 'look before' | 'looked' = 'look before'): Promise<'claimed' | 'lost'> {
  const { durable, clock } = context;
  const before = look === 'looked' ? null : await leafAt(target, durable.place, clock);
  if (before?.is === 'blocked') throw blockedError(target, before.why);
  if (before?.is === 'leaf') return 'lost';
  try {
    await move();
    return 'claimed';
  } catch (error) {
    for (const until = clock.monotonic() + ASKED_FOR_MS; ; await clock.sleep(ASKED_EVERY_MS)) {
      const outcome = await outcomeOf(context, folder, target, txn, error);
      if (outcome !== 'silent') return outcome;
      // Where the place does not answer now, nobody can say; the next open finds out and finishes it.
      if (durable.place.kind !== 'share' || clock.monotonic() >= until) throw unknownOutcome(error);
    }
  }
}

/** What became of a rename that failed with `error`, which is thrown where it did not happen and cannot happen any more; `silent` where the place does not say. */
async function outcomeOf(context: PublishContext, folder: string, target: string, txn: TxnId, error: unknown): Promise<'claimed' | 'lost' | 'silent'> {
  const { durable, clock } = context;
  const after = await leafAt(target, durable.place, clock).catch(() => null);
  if (after === null) return 'silent';
  if (after.is === 'leaf') return (await isOurs(context, after.bytes, txn, target, folder)) ? 'claimed' : 'lost';
  if (after.is === 'blocked') throw blockedError(target, after.why);
  if (['EEXIST', 'ENOTEMPTY'].includes(codeOf(error))) {
    // Something has the number and this station's share does not show it yet: never take it for free.
    return (await becomesVisible(context, target)) ? 'lost' : Promise.reject(blockedError(target, 'it is taken, and what is in it cannot be seen from here'));
  }
  if (durable.place.kind !== 'share' || (await isTakenBack(durable, folder))) throw error;
  return 'silent';
}

/**
 * Moves the claim out of the way. A server that stood still may yet do what it was asked before: of the two renames of one folder it can do only one, so that an
 * entry of which somebody was told that it was not written never comes into the ledger afterwards.
 */
async function isTakenBack(durable: Durable, folder: string): Promise<boolean> {
  const away = `${folder}-taken-back`;
  try {
    await durable.removeTree(away);
    await durable.disk.rename(folder, away);
  } catch {
    return (await isThere(away)) && !(await isThere(folder));
  }
  // Its words are in nobody's way, and go with the rest of the staging folder.
  await durable.removeTree(away).catch(() => undefined);
  return true;
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}

/** Waits until a number that is taken can be read. */
async function becomesVisible({ durable, clock }: PublishContext, target: string): Promise<boolean> {
  for (const until = clock.monotonic() + SHOWN_WITHIN_MS; clock.monotonic() < until; await clock.sleep(200)) {
    await readdir(dirname(target));
    if ((await leafAt(target, durable.place, clock)).is === 'leaf') return true;
  }
  return false;
}

/** The entry is ours: the rename happened although it reported an error. It must be durable before anyone is told. */
async function isOurs({ durable }: PublishContext, bytes: Uint8Array, txn: TxnId, target: string, folder: string): Promise<boolean> {
  const parsed = parseEntry(bytes);
  if (!parsed.ok || parsed.entry.txn !== txn) return false;
  try {
    await durable.disk.syncFolder(dirname(target));
    // The folder that it came from may be gone: others may have finished and tidied the act meanwhile.
    await durable.disk.syncFolder(dirname(folder)).catch(ifMissing(undefined));
  } catch (error) {
    if (codeOf(error) === '') throw error;
    throw unknownOutcome(error);
  }
  return true;
}

/** What is told where a claim may have been made, and nobody can say. */
export function unknownOutcome(error: unknown): unknown {
  const worded = placeError(error, 'Writing to the ledger', 'What was staged is kept.');
  if (!(worded instanceof HmsError)) return worded;
  return new HmsError(worded.code, 'The disk or share stopped answering at the moment of the commit, so it is not known whether it took place.', {
    kept: 'What was staged is kept; if the commit took place, the next command finishes it.',
    next: 'When the disk or share is back, look with `hms dta log`, then run the command again if the act is not there.',
    cause: error,
    facts: { ...worded.facts, outcome: 'unknown' },
  });
}
