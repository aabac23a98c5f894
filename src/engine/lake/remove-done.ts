import { codeOf } from './code-of.ts';
import type { Durable } from './durable.ts';

/** How many folders are removed at a time: each is some round trips. */
const AT_ONCE = 8;

/**
 * Removes what was staged for acts that are done. A file server keeps what another workstation had open when it lost its power, for as long as it does not notice that; what cannot be removed for that reason
 * is left, as a folder of nothing that is needed, and the act is done all the same.
 */
export async function removeAllDone(durable: Durable, folders: readonly string[]): Promise<void> {
  for (let i = 0; i < folders.length; i += AT_ONCE) {
    const removed = folders.slice(i, i + AT_ONCE).map((folder) => removeDone(durable, folder));
    await Promise.allSettled(removed);
    await Promise.all(removed);
  }
}

async function removeDone(durable: Durable, folder: string): Promise<void> {
  // The claim went to the ledger, and was most often all that there was.
  const isGone = await durable.disk.rmdir(folder).then(() => true, (error: unknown) => (codeOf(error) === '' ? Promise.reject(error as Error) : false));
  if (isGone) return;
  try {
    await durable.removeTree(folder, 'draft.json');
  } catch (error) {
    if (durable.place.kind !== 'share' || codeOf(error) !== 'ENOTEMPTY') throw error;
  }
}
