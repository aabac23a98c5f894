import { realpath } from 'node:fs/promises';
import { HmsError } from '../contract/index.ts';
import type { LakeId } from '../contract/index.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { completeFork, durableOn, interruptedFork, inWords, lakePaths, newTxn, originsOf, placeOf, prepareFork, systemDisk } from './lake/index.ts';
import type { Durable, LakePaths } from './lake/index.ts';
import { openToRead } from './open.ts';
import type { OpenOptions } from './open.ts';

/**
 * Goes on in a copy or a restored backup under a new lake id, whose first entry names the old ledger's size and root. Finishes a fork that was
 * interrupted. The station must have a key; it becomes the new ledger's first station.
 */
export async function forkLake(options: OpenOptions, reason: string): Promise<{ id: LakeId; from: LakeId; size: number }> {
  const clock = options.clock ?? systemClock;
  const folder = await inWords('Opening the lake', 'Nothing was changed.', () => realpath(options.folder));
  const place: Place = { paths: lakePaths(folder), durable: durableOn(options.disk ?? systemDisk, await placeOf(folder), clock), clock };
  const unfinished = await interruptedFork(place.paths);
  if (unfinished === null) await begin({ ...options, folder }, place, reason);
  else await inWords('Finishing the fork', KEPT, () => completeFork(unfinished, null, place.paths, place.durable));
  return checkpointFork({ ...options, folder }, place);
}

interface Place {
  readonly paths: LakePaths;
  readonly durable: Durable;
  readonly clock: Clock;
}

const KEPT = 'Both ledgers are there; run the command again to finish.';

async function begin(options: OpenOptions, { paths, durable, clock }: Place, reason: string): Promise<void> {
  const lake = await openToRead(options);
  try {
    const { station } = lake;
    if (station === null || lake.readOnly?.code === 'LAKE_NEWER') throw lake.readOnly ?? new Error('There is no station key.');
    if (lake.catalog.view.key(station.id)?.revoked === true) {
      throw new HmsError('KEY_REFUSED', 'The key of this workstation was revoked in this lake, so it cannot begin a fork of it.', { kept: 'Nothing was changed.', next: 'Use another workstation, or a new profile.' });
    }
    const tree = lake.ledger.tree();
    const request = { lake: lake.lake, tree, lastAt: lake.catalog.view.lastEffectiveAt, reason, by: lake.by, signer: station };
    const fork = await inWords('Preparing the fork', 'Nothing was changed.', () => prepareFork(request, paths, durable, clock));
    try {
      await inWords('Forking the lake', KEPT, () => completeFork(fork.txn, tree.frontier.size, paths, durable));
    } catch (error) {
      // Where the old ledger is still in its place, nothing has begun: what was prepared goes, so that nobody takes it for an interrupted fork.
      if ((await interruptedFork(paths)) === null) await durable.removeTree(paths.transaction(fork.txn)).catch(() => undefined);
      throw error;
    }
  } finally {
    await lake.close();
  }
}

/** The fork's first tiles and checkpoint, so that its proofs do not wait for its first act. */
async function checkpointFork(options: OpenOptions, { paths, durable, clock }: Place): Promise<{ id: LakeId; from: LakeId; size: number }> {
  const lake = await openToRead(options);
  try {
    const scratch = paths.transaction(newTxn(clock));
    const { station } = lake;
    if (station !== null) {
      await inWords('Writing the checkpoint', 'The lake is forked.', async () => {
        await durable.makeFolder(scratch);
        await lake.ledger.writeCheckpoint(station, scratch);
        await durable.removeTree(scratch);
      });
    }
    const origins = await originsOf({ paths, durable, clock });
    const origin = origins.at(-1);
    if (origin === undefined) throw new Error('A fork has an origin.');
    return { id: lake.lake.id, from: origin.lake, size: origin.size };
  } finally {
    await lake.close();
  }
}
