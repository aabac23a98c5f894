import { dirname, join } from 'node:path';
import { encodeEntry, leafHash, toHex } from '../../core/index.ts';
import type { Entry, Instant, Sha256, TxnId } from '../../contract/index.ts';
import { composeEntry } from './claim.ts';
import type { ClaimContext, Claimed, ClaimFields, LedgerEnd } from './claim.ts';
import { inWords } from './place-error.ts';
import { publishClaim, unknownOutcome } from './publish-claim.ts';
import { sha256 } from './sha.ts';

/**
 * Claims several entries with one flush of the disk: all that they name, their bodies and the entries themselves become durable together, and only then the folders are
 * renamed to their numbers, in order. Where another writer is quicker, those that are left are composed anew. docs/formats/lake.md section 11 holds for each of them.
 */

/** Written, and not durable yet. */
export interface Unflushed {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** An act whose body lies in `staging/<txn>/claim/`. It has to be one that does not change whether the others fit. */
export interface TogetherClaim {
  readonly txn: TxnId;
  /** The file server's time when its body was written, ms. */
  readonly server: number;
  readonly unflushed: Unflushed;
  /** As for `claim`. */
  fields(): ClaimFields | null;
}

export type ClaimEnd =
  | { readonly is: 'claimed'; readonly claimed: Claimed }
  /** Its fields said that it must be prepared again. */
  | { readonly is: 'gaveUp' }
  | { readonly is: 'failed'; readonly error: unknown };

interface Composed {
  readonly one: TogetherClaim;
  readonly entry: Entry;
  readonly folder: string;
  readonly target: string;
  readonly seq: number;
}

/** What became of each, in their order. Never throws: what keeps one from being claimed is told with it. */
export async function claimTogether(context: ClaimContext, items: readonly TogetherClaim[]): Promise<readonly ClaimEnd[]> {
  const ends = new Map<TogetherClaim, ClaimEnd>();
  const flushed = new Set<TogetherClaim>();
  const left = (): TogetherClaim[] => items.filter((one) => !ends.has(one));
  for (let lost = 0, before = items.length; before > 0; ) {
    try {
      // Several writers that lost to the same one would meet again at once.
      if (lost > 1) await context.clock.sleep((context.clock.random(1)[0] ?? 0) % Math.min(4 * lost, 64));
      const end = await inWords('Reading the ledger', context.kept, () => context.catchUp());
      // The fewer there are the quicker they are flushed, so that a writer of single entries is not quicker for ever.
      const composed = context.look(() => compose(context, left().slice(0, Math.max(1, before >> lost)), end, ends));
      if (composed.length > 0) {
        await context.forks.refuse(context.kept);
        await inWords('Writing to the ledger', context.kept, () => flushAll(context, composed, flushed));
        await publishAll(context, composed, ends);
      }
    } catch (error) {
      for (const one of left()) ends.set(one, { is: 'failed', error });
    }
    const after = left().length;
    lost = after === before ? lost + 1 : 0;
    before = after;
  }
  return items.map((one) => ends.get(one) as ClaimEnd);
}

/** The entries of those that fit, as far as one folder of the ledger takes them: a flush of it makes all their names durable. */
function compose(context: ClaimContext, items: readonly TogetherClaim[], end: LedgerEnd, ends: Map<TogetherClaim, ClaimEnd>): Composed[] {
  const { paths, clock } = context;
  const composed: Composed[] = [];
  let { lastLeaf, lastAt }: { lastLeaf: Sha256; lastAt: Instant | null } = end;
  for (const one of items) {
    const seq = end.size + composed.length;
    const target = paths.entry(seq);
    if (composed[0] !== undefined && dirname(target) !== dirname(composed[0].target)) break;
    try {
      const wanted = one.fields();
      if (wanted === null) {
        ends.set(one, { is: 'gaveUp' });
        continue;
      }
      const now = clock.now();
      context.checkClock(now, one.server);
      const entry = composeEntry(context, one.txn, { size: seq, lastLeaf, lastAt }, now, wanted);
      composed.push({ one, entry, seq, target, folder: join(paths.transaction(one.txn), 'claim') });
      lastLeaf = toHex(leafHash(sha256, encodeEntry(entry))) as Sha256;
      lastAt = entry.at;
    } catch (error) {
      ends.set(one, { is: 'failed', error });
    }
  }
  return composed;
}

async function flushAll({ durable, paths }: ClaimContext, composed: readonly Composed[], flushed: Set<TogetherClaim>): Promise<void> {
  const files: string[] = [];
  const folders = new Set<string>();
  for (const { one, entry, folder } of composed) {
    const file = join(folder, 'entry.json');
    await durable.write(file, encodeEntry(entry));
    files.push(file);
    folders.add(folder);
    if (flushed.has(one)) continue;
    files.push(...one.unflushed.files);
    for (const name of one.unflushed.folders) folders.add(name);
  }
  await durable.makeFolder(dirname((composed[0] as Composed).target));
  await durable.flush(files, () => [...folders], paths.staging);
  for (const { one } of composed) flushed.add(one);
}

async function publishAll(context: ClaimContext, composed: readonly Composed[], ends: Map<TogetherClaim, ClaimEnd>): Promise<void> {
  const { durable } = context;
  // A journal keeps the order of names, so that after a crash no number is there without those before it; elsewhere each is durable before the next.
  const isOrdered = durable.place.kind === 'journaled';
  const named: Composed[] = [];
  for (const item of composed) {
    const { one, entry, seq, folder, target } = item;
    try {
      const move = (): Promise<void> => (isOrdered ? durable.moveFile(folder, target) : durable.publishFolder(folder, target));
      if ((await inWords('Writing to the ledger', context.kept, () => publishClaim(context, folder, target, one.txn, move))) === 'lost') break;
      named.push(item);
      ends.set(one, { is: 'claimed', claimed: { seq, entry } });
    } catch (error) {
      ends.set(one, { is: 'failed', error });
      break;
    }
  }
  const [first] = named;
  if (!isOrdered || first === undefined) return;
  const sync = (): Promise<void> => durable.disk.syncFolder(dirname(first.target));
  try {
    await sync().catch(sync);
  } catch (error) {
    for (const { one } of named) ends.set(one, { is: 'failed', error: unknownOutcome(error) });
  }
}
