import { lstat } from 'node:fs/promises';
import { HmsError } from '../../contract/index.ts';
import type { LakeId } from '../../contract/index.ts';
import { parseEntry, parseForkRef } from '../../core/index.ts';
import { ifMissing, leafAt } from './leaf.ts';
import type { IndexTransaction } from './lake-index.ts';
import { lakePaths } from './paths.ts';
import type { LakePaths } from './paths.ts';
import { applyAll, readLeaves, replay } from './replay.ts';
import type { ReplayContext } from './replay.ts';

/** A fork's former ledgers, which say what was so before it (docs/formats/lake.md section 16). */

export interface Origin {
  readonly lake: LakeId;
  readonly paths: LakePaths;
  /** How many of its entries count. */
  readonly size: number;
}

/** The ledgers before this one, oldest first; empty for a lake that is no fork. */
export async function originsOf(context: Pick<ReplayContext, 'paths' | 'durable' | 'clock'>): Promise<Origin[]> {
  const { paths, durable, clock } = context;
  if (!(await lstat(paths.origins).then(() => true, ifMissing(false)))) return [];
  const chain: Origin[] = [];
  for (let current = paths; ; ) {
    const first = await leafAt(current.entry(0), durable.place, clock);
    const parsed = first.is === 'leaf' ? parseEntry(first.bytes) : null;
    if (parsed === null || !parsed.ok || parsed.entry.op !== 'lake.forked') return chain.reverse();
    const input = parsed.entry.inputs[0];
    const point = input !== undefined && 'ref' in input ? parseForkRef(input.ref) : null;
    if (point === null || chain.some((origin) => origin.lake === point.lake)) return chain.reverse();
    current = lakePaths(paths.origin(point.lake));
    chain.push({ lake: point.lake, paths: current, size: point.size });
  }
}

/** What replaying a fork needs of the index besides its own kind of transaction. */
export interface ForkableIndex {
  /** The lake whose entries the index holds last; null in an empty one. */
  lakeNow(): LakeId | null;
  /** One transaction in which the next ledger is begun: its tree is empty, the state stays. */
  beginFork(work: (transaction: IndexTransaction) => Promise<void>): Promise<void>;
}

/** Brings an index up to the first entry of this lake's own ledger, through its origins. Does nothing for a lake that is no fork, or one that is known. */
export async function replayOrigins(context: ReplayContext, index: ForkableIndex): Promise<void> {
  if (index.lakeNow() === context.lake) return;
  const origins = await originsOf(context);
  for (const [i, origin] of origins.entries()) {
    if (!isBehind(index, origins, i)) continue;
    await replay({ ...context, lake: origin.lake, paths: origin.paths }, origin.size);
    if (context.index.view.size !== origin.size) {
      throw new HmsError('LEDGER_DAMAGED', `The ledger ${origin.paths.root}, from which this lake was forked, has ${context.index.view.size} entries; ${origin.size} are needed.`, {
        kept: 'Nothing was changed.',
        next: 'Restore that folder from a backup.',
      });
    }
    const next = origins[i + 1] ?? { lake: context.lake, paths: context.paths };
    const { leaves } = await readLeaves({ ...context, paths: next.paths }, 0, 1);
    await index.beginFork((transaction) => applyAll({ ...context, lake: next.lake }, leaves, new Set(), transaction));
  }
}

/** Whether the index has not gone beyond this origin yet. */
function isBehind(index: ForkableIndex, origins: readonly Origin[], i: number): boolean {
  const now = index.lakeNow();
  return now === null || origins.findIndex((origin) => origin.lake === now) <= i;
}
