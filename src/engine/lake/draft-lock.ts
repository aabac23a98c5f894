import { lstat, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import { codeOf } from './durable.ts';
import type { Durable } from './durable.ts';
import { ifMissing } from './leaf.ts';

/**
 * Keeps two processes of one station from committing the same draft, or one from committing it while another puts files into it. A
 * draft belongs to one station, so its lock lies in the profile: a file with the holder's process number.
 */
export interface DraftLock {
  release(): Promise<void>;
}

/** Takes the lock of a draft; DRAFT_BUSY where a living process holds it. What a dead one left is taken over. */
export function lockDraft(file: string, durable: Durable): Promise<DraftLock> {
  return lockFile(file, durable, busy);
}

/** Takes a lock of this station, a file in its profile; throws what `held` makes where a living process has it. */
export async function lockFile(file: string, durable: Durable, held: () => HmsError): Promise<DraftLock> {
  await durable.makeFolder(dirname(file));
  for (let attempt = 1; ; attempt++) {
    try {
      await durable.writeNew(file, Buffer.from(`${process.pid}\n`));
      return { release: () => durable.removeFile(file) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || attempt === 5) throw error;
    }
    if (await isHeld(file)) throw held();
    await durable.removeFile(file);
  }
}

/** To be asked after a line was written to a draft's journal: throws DRAFT_BUSY where a commit may have read the journal before. */
export async function refuseCommitting(lockFile: string, draftFolder: string): Promise<void> {
  if (await isHeld(lockFile)) throw busy();
  // A commit that has ended released its lock after it removed the draft.
  if (await lstat(join(draftFolder, 'draft.json')).then(() => true, ifMissing(false))) return;
  throw new HmsError('DRAFT_BUSY', 'The draft was committed or discarded while files were being put into it.', {
    kept: 'Files that had been put before are in the version, if it was committed.',
    next: 'Look with `hms dta show`, and put what is missing into a new draft.',
  });
}

function busy(): HmsError {
  return new HmsError('DRAFT_BUSY', 'The draft is being committed by another process of this workstation.', {
    kept: 'Nothing was changed.',
    next: 'Wait until that has ended, then look with `hms dta show` whether anything is missing.',
  });
}

async function isHeld(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(ifMissing(null));
  if (text === null) return false;
  const holder = Number(text.trim());
  if (!Number.isInteger(holder) || holder <= 0) return false;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another account.
    return codeOf(error) === 'EPERM';
  }
}
