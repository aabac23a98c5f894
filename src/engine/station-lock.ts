import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HmsError } from '../contract/index.ts';
import { isStationLockHeld, takeStationLock } from './catalog/index.ts';
import type { StationLock } from './catalog/index.ts';
import { ifMissing, inWords } from './lake/index.ts';
import type { Durable } from './lake/index.ts';

/**
 * Keeps two processes of one station apart: from committing the same draft, or one from committing it while another puts files into it. A
 * draft belongs to one station, so its lock lies in the profile.
 */

/** Takes a lock; throws what `held` makes where another process still has it after `patience` ms. */
export async function lockStation(file: string, profileDurable: Durable, held: () => HmsError, patience = 0): Promise<StationLock> {
  return inWords('Keeping other programs of this workstation away', 'Nothing was changed.', async () => {
    await profileDurable.makeFolder(dirname(file));
    for (const until = performance.now() + patience; ; ) {
      const lock = takeStationLock(file);
      if (lock !== null) return lock;
      if (performance.now() >= until) throw held();
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  });
}

const LOOK_AGAIN_MS = 50;

/** To be asked after a line was written to a draft's journal: throws DRAFT_BUSY where a commit may have read the journal before. */
export async function refuseCommitting(lockFile: string, draftFolder: string): Promise<void> {
  if (isStationLockHeld(lockFile)) throw draftBusy();
  // A commit that has ended released its lock after it removed the draft.
  if (await lstat(join(draftFolder, 'draft.json')).then(() => true, ifMissing(false))) return;
  throw new HmsError('DRAFT_BUSY', 'The draft was committed or discarded while files were being put into it.', {
    kept: 'Files that had been put before are in the version, if it was committed.',
    next: 'Look with `hms dta show`, and put what is missing into a new draft.',
  });
}

/** DRAFT_BUSY: someone commits or discards the draft at this moment. */
export function draftBusy(): HmsError {
  return new HmsError('DRAFT_BUSY', 'The draft is being committed by another program of this workstation.', {
    kept: 'Nothing was changed.',
    next: 'Wait until that has ended, then look with `hms dta show` whether anything is missing.',
  });
}
