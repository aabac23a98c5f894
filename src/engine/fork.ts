import { realpath } from 'node:fs/promises';
import { HmsError } from '../contract/index.ts';
import type { LakeId } from '../contract/index.ts';
import { systemClock } from './clock.ts';
import { completeFork, durableOn, interruptedFork, inWords, lakePaths, placeOf, prepareFork, systemDisk } from './lake/index.ts';
import { openToRead } from './open.ts';
import type { OpenOptions } from './open.ts';

/**
 * Goes on in a copy or a restored backup under a new lake id, whose first entry names the old ledger's size and root. Finishes a fork that was
 * interrupted. The station must have a key; it becomes the new ledger's first station.
 */
export async function forkLake(options: OpenOptions, reason: string): Promise<{ id: LakeId; from: LakeId; size: number }> {
  const clock = options.clock ?? systemClock;
  const folder = await inWords('Opening the lake', 'Nothing was changed.', () => realpath(options.folder));
  const paths = lakePaths(folder);
  const durable = durableOn(options.disk ?? systemDisk, await placeOf(folder), clock);
  const kept = 'Both ledgers are there; run the command again to finish.';
  const unfinished = await interruptedFork(paths);
  if (unfinished !== null) await inWords('Finishing the fork', kept, () => completeFork(unfinished, null, paths, durable));
  const lake = await openToRead({ ...options, folder });
  try {
    if (unfinished !== null) {
      const point = lake.catalog.log({ op: 'lake.forked' }, 1).entries[0];
      return { id: lake.lake.id, from: lake.lake.id, size: point?.seq ?? 0 };
    }
    const { station } = lake;
    if (station === null || lake.readOnly?.code === 'LAKE_NEWER') throw lake.readOnly ?? new Error('There is no station key.');
    const tree = lake.ledger.tree();
    const request = { lake: lake.lake, tree, lastAt: lake.catalog.view.lastEffectiveAt, reason, by: lake.by, signer: station };
    const known = lake.catalog.view.key(station.id);
    if (known?.revoked === true) {
      throw new HmsError('KEY_REFUSED', 'This workstation’s key was revoked in this lake, so it cannot begin a fork of it.', { kept: 'Nothing was changed.', next: 'Use another workstation, or a new profile.' });
    }
    const fork = await inWords('Preparing the fork', 'Nothing was changed.', () => prepareFork(request, paths, durable, clock));
    try {
      await inWords('Forking the lake', kept, () => completeFork(fork.txn, tree.frontier.size, paths, durable));
    } catch (error) {
      // Where the old ledger is still in its place, nothing has begun: what was prepared goes, so that nobody takes it for an interrupted fork.
      if ((await interruptedFork(paths)) === null) await durable.removeTree(paths.transaction(fork.txn)).catch(() => undefined);
      throw error;
    }
    return { id: fork.lake.id, from: lake.lake.id, size: tree.frontier.size };
  } finally {
    await lake.close();
  }
}
