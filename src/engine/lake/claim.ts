import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HmsError, instantOf } from '../../contract/index.ts';
import type { ActStatement, Entry, EntryKey, Instant, KeyId, LakeId, Ref, Sha256, TxnId, UnsignedEntry } from '../../contract/index.ts';
import { MAX_ENTRY_BYTES } from '../../contract/index.ts';
import { encodeEntry, entrySigningBytes, parseEntry, toBase64 } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import { codeOf } from './durable.ts';
import type { Durable } from './durable.ts';
import { blockedError, ifMissing, leafAt } from './leaf.ts';
import { refuseForked } from './refuse-forked.ts';
import type { LakePaths } from './paths.ts';
import { inWords, placeError } from './place-error.ts';

/**
 * The claim: the one step that makes an act part of the ledger (docs/formats/lake.md section 11). `entry.json`, `body.json` and
 * `body.salt` are durable in `staging/<txn>/claim/` before the folder is renamed to the next number.
 */

export interface ClaimSigner {
  readonly id: KeyId;
  sign(bytes: Uint8Array): Uint8Array;
}

/** What an act puts into its entry, as judged against the ledger of this moment. */
export interface ClaimFields {
  readonly op: string;
  readonly subject: string;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
  readonly body: { readonly commit: Sha256; readonly size: number } | null;
  readonly key?: EntryKey;
  readonly act?: { readonly sig: string; readonly statement: ActStatement; readonly actor: KeyId };
}

/** The end of the ledger that a claim builds on. */
export interface LedgerEnd {
  readonly size: number;
  readonly lastLeaf: Sha256;
  readonly lastAt: Instant | null;
}

export interface ClaimContext {
  readonly lake: LakeId;
  readonly paths: LakePaths;
  readonly durable: Durable;
  readonly clock: Clock;
  readonly signer: ClaimSigner;
  /** Reads what others claimed meanwhile; answers the end. */
  catchUp(): Promise<LedgerEnd>;
  /** Refuses (CLOCK_WRONG) where this station's clock cannot be trusted; `server` is the file server's time just now, ms. */
  checkClock(now: number, server: number): void;
}

export interface Claimed {
  readonly seq: number;
  readonly entry: Entry;
}

export const KEPT = 'Nothing was written to the ledger; what was staged is kept.';

/**
 * Claims one entry; `staging/<txn>/claim/` holds its body. `fields` is asked before each attempt, after the ledger was read to its end: it throws
 * where the act no longer fits, and answers null where it must be prepared again (the claim then gives up with null, nothing claimed).
 * After any error the number is opened and its `txn` compared: the error of a rename does not say that it did not happen.
 */
export async function claim(context: ClaimContext, txn: TxnId, server: number, fields: () => ClaimFields | null): Promise<Claimed | null> {
  const { paths, durable, clock } = context;
  const folder = join(paths.transaction(txn), 'claim');
  let serverTime = server;
  for (let lost = 0; ; lost++) {
    const end = await inWords('Reading the ledger', KEPT, () => context.catchUp());
    const wanted = fields();
    if (wanted === null) return null;
    const now = clock.now();
    context.checkClock(now, serverTime);
    const entry = composeEntry(context, txn, end, now, wanted);
    const target = paths.entry(end.size);
    await refuseForked(context.lake, paths, KEPT);
    const outcome = await inWords('Writing to the ledger', KEPT, async () => {
      serverTime = (await durable.rewrite(join(folder, 'entry.json'), encodeEntry(entry))).modified;
      await durable.makeFolder(dirname(target));
      return publishClaim(context, folder, target, txn, () => durable.publishFolder(folder, target));
    });
    if (outcome === 'claimed') return { seq: end.size, entry };
    // Several writers that lost to the same one would meet again at once.
    if (lost > 0) await clock.sleep((clock.random(1)[0] ?? 0) % Math.min(4 * lost, 64));
  }
}

/** Gives a claim folder its number by `move`, if that is free. */
export async function publishClaim(context: ClaimContext, folder: string, target: string, txn: TxnId, move: () => Promise<void>): Promise<'claimed' | 'lost'> {
  const { durable, clock } = context;
  const before = await leafAt(target, durable.place, clock);
  if (before.is === 'blocked') throw blockedError(target, before.why);
  if (before.is === 'leaf') return 'lost';
  try {
    await move();
    return 'claimed';
  } catch (error) {
    const after = await leafAt(target, durable.place, clock).catch(() => null);
    // Where the place does not answer now, nobody can say; the next open finds out and finishes it.
    if (after === null) throw unknownOutcome(error);
    if (after.is === 'leaf') return (await isOurs(context, after.bytes, txn, target, folder)) ? 'claimed' : 'lost';
    if (after.is === 'blocked') throw blockedError(target, after.why);
    if (!['EEXIST', 'ENOTEMPTY'].includes(codeOf(error))) throw error;
    // Something has the number and this station's share does not show it yet: never take it for free.
    return (await becomesVisible(context, target)) ? 'lost' : Promise.reject(blockedError(target, 'it is taken, and what is in it cannot be seen from here'));
  }
}

/** Waits up to ten seconds until a number that is taken can be read. */
async function becomesVisible({ durable, clock }: ClaimContext, target: string): Promise<boolean> {
  for (const until = clock.monotonic() + 10_000; clock.monotonic() < until; await clock.sleep(200)) {
    await readdir(dirname(target));
    if ((await leafAt(target, durable.place, clock)).is === 'leaf') return true;
  }
  return false;
}

/** The entry is ours: the rename happened although it reported an error. It must be durable before anyone is told. */
async function isOurs(context: ClaimContext, bytes: Uint8Array, txn: TxnId, target: string, folder: string): Promise<boolean> {
  const parsed = parseEntry(bytes);
  if (!parsed.ok || parsed.entry.txn !== txn) return false;
  try {
    await context.durable.disk.syncFolder(dirname(target));
    // The folder that it came from may be gone: others may have finished and tidied the act meanwhile.
    await context.durable.disk.syncFolder(dirname(folder)).catch(ifMissing(undefined));
  } catch (error) {
    if (codeOf(error) === '') throw error;
    throw unknownOutcome(error);
  }
  return true;
}

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

/** The signed entry for the number at the end. Throws ENTRY_TOO_LARGE. */
export function composeEntry(context: ClaimContext, txn: TxnId, end: LedgerEnd, now: number, wanted: ClaimFields): Entry {
  const at = end.lastAt === null ? now : Math.max(now, Date.parse(end.lastAt) + 1);
  const unsigned: UnsignedEntry = {
    v: 1,
    lake: context.lake,
    seq: end.size,
    prev: end.lastLeaf,
    at: instantOf(at),
    clock: instantOf(now),
    txn,
    actor: wanted.act?.actor ?? context.signer.id,
    station: context.signer.id,
    op: wanted.op,
    subject: wanted.subject,
    inputs: [...wanted.inputs],
    outputs: [...wanted.outputs],
    body: wanted.body,
    ...(wanted.act === undefined ? {} : { act: { sig: wanted.act.sig, statement: wanted.act.statement } }),
    ...(wanted.key === undefined ? {} : { key: wanted.key }),
  };
  const entry: Entry = { ...unsigned, sig: toBase64(context.signer.sign(entrySigningBytes(unsigned))) };
  const bytes = encodeEntry(entry);
  if (bytes.length > MAX_ENTRY_BYTES) {
    throw new HmsError('ENTRY_TOO_LARGE', `The ledger entry would have ${bytes.length} bytes; ${MAX_ENTRY_BYTES} is the limit.`, { kept: KEPT });
  }
  const own = parseEntry(bytes);
  if (!own.ok) throw new HmsError('ENTRY_TOO_LARGE', `The ledger entry would not be one: ${own.why}`, { kept: KEPT });
  return entry;
}
