import { dirname, join } from 'node:path';
import { HmsError, instantOf } from '../../contract/index.ts';
import type { ActStatement, Entry, EntryKey, Instant, KeyId, LakeId, Ref, Sha256, TxnId, UnsignedEntry } from '../../contract/index.ts';
import { MAX_ENTRY_BYTES } from '../../contract/index.ts';
import { encodeEntry, entrySigningBytes, parseEntry, toBase64 } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import type { Durable } from './durable.ts';
import type { ForkWatch } from './fork-watch.ts';
import type { LakePaths } from './paths.ts';
import { inWords } from './place-error.ts';
import { publishClaim } from './publish-claim.ts';
import { bothDone } from './together.ts';
import type { FlushTogether } from './together.ts';

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
  readonly forks: ForkWatch;
  /** Reads what others claimed meanwhile; answers the end. */
  catchUp(): Promise<LedgerEnd>;
  /** As of the index: what the fields ask of it in `work` is asked of one moment. */
  look<T>(work: () => T): T;
  /** What is told to be safe where the claim fails. */
  readonly kept: string;
  /** Refuses (CLOCK_WRONG) where this station's clock cannot be trusted; `server` is the file server's time just now, ms. */
  checkClock(now: number, server: number): void;
}

export interface Claimed {
  readonly seq: number;
  readonly entry: Entry;
}

/** What is told to be safe where an act did not come into the ledger. */
export const CLAIM_KEPT = 'Nothing was written to the ledger; what was staged is kept.';

/**
 * Claims one entry; `staging/<txn>/claim/` holds its body, durable, with the file server's time when it was written. `fields` is asked before each attempt, after the ledger was
 * read to its end: it throws where the act no longer fits, and answers null where it must be prepared again (the claim then gives up with null, nothing claimed).
 * After any error the number is opened and its `txn` compared: the error of a rename does not say that it did not happen.
 */
export async function claim(context: ClaimContext, txn: TxnId, server: number, fields: () => ClaimFields | null): Promise<Claimed | null> {
  const { paths, durable, clock, kept } = context;
  const folder = join(paths.transaction(txn), 'claim');
  let serverTime = server;
  for (let lost = 0; ; lost++) {
    const end = await inWords('Reading the ledger', kept, () => context.catchUp());
    const wanted = fields();
    if (wanted === null) return null;
    const now = clock.now();
    context.checkClock(now, serverTime);
    const entry = composeEntry(context, txn, end, now, wanted);
    const target = paths.entry(end.size);
    await context.forks.refuse(kept);
    const outcome = await inWords('Writing to the ledger', kept, async () => {
      serverTime = (await durable.rewrite(join(folder, 'entry.json'), encodeEntry(entry))).modified;
      await durable.makeFolder(dirname(target));
      return publishClaim(context, folder, target, txn, () => durable.publishFolder(folder, target));
    });
    if (outcome === 'claimed') return { seq: end.size, entry };
    await stepAside(clock, lost);
  }
}

/**
 * As claim, on a share, where each call is a round trip. `end` is that of a ledger that was read a moment ago. The body is in `files`, written and not durable yet: its flush, that of the
 * entry, and the look whether the lake was forked go side by side. The clock is compared with the time that the server gave the entry, so just before the claim.
 */
export async function claimOverShare(context: ClaimContext, txn: TxnId, first: LedgerEnd, fields: () => ClaimFields | null, files: FlushTogether): Promise<Claimed | null> {
  const { paths, durable, clock, kept } = context;
  const folder = join(paths.transaction(txn), 'claim');
  let end = first;
  for (let lost = 0; ; lost++) {
    const wanted = fields();
    if (wanted === null) return null;
    const now = clock.now();
    const entry = composeEntry(context, txn, end, now, wanted);
    const target = paths.entry(end.size);
    const staged = inWords('Preparing the ledger entry', kept, async () => {
      await files.write(join(folder, 'entry.json'), encodeEntry(entry));
      // It was just read from a folder that stands.
      if (end.size === 0 || dirname(paths.entry(end.size - 1)) !== dirname(target)) await durable.makeFolder(dirname(target));
      return files.flush([folder]);
    });
    const [server] = await bothDone(staged, context.forks.refuse(kept));
    context.checkClock(now, server);
    const outcome = await inWords('Writing to the ledger', kept, () => publishClaim(context, folder, target, txn, () => durable.publishFolder(folder, target), 'looked'));
    if (outcome === 'claimed') return { seq: end.size, entry };
    await stepAside(clock, lost);
    end = await inWords('Reading the ledger', kept, () => context.catchUp());
  }
}

/** Several writers that lost to the same one would meet again at once. */
async function stepAside(clock: Clock, lost: number): Promise<void> {
  if (lost > 0) await clock.sleep((clock.random(1)[0] ?? 0) % Math.min(4 * lost, 64));
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
    throw new HmsError('ENTRY_TOO_LARGE', `The ledger entry would have ${bytes.length} bytes; ${MAX_ENTRY_BYTES} is the limit.`, { kept: context.kept });
  }
  const own = parseEntry(bytes);
  if (!own.ok) throw new HmsError('ENTRY_TOO_LARGE', `The ledger entry would not be one: ${own.why}`, { kept: context.kept });
  return entry;
}
