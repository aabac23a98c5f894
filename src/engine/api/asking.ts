import { open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import type { ReadableLake } from '../access.ts';
import { codeOf, ifMissing } from '../lake/index.ts';

/** Small questions to a lake that may be on a share, and how long their answers are waited for. */

/**
 * Whether something stands at the number after the last entry that is known. On a share the folder above is listed first, which makes its client ask the server
 * anew; what the list says does not count.
 */
export async function hasNext(lake: ReadableLake): Promise<boolean> {
  const next = lake.paths.entry(lake.catalog.position().size);
  if (lake.durable.place.kind === 'share') await readdir(dirname(next)).catch(ifMissing([]));
  const handle = await open(join(next, 'entry.json'), 'r').catch(ifMissing(null));
  await handle?.close();
  return handle !== null;
}

/** What can be told without the lake's folder is there within this time, ms. */
const AT_ONCE_MS = 2_000;

/** What `work` comes to, or null where it is not there at once, or the system refused it. */
export async function briefly<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, AT_ONCE_MS, null)));
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    // What the system says of a folder that is away is told as that.
    if (codeOf(error) !== '' && !(error instanceof HmsError)) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** It was away when it was asked, and is back. */
export function noAnswer(): HmsError {
  return new HmsError('PLACE_AWAY', 'The disk or share of this lake did not answer for a moment.', { kept: 'Nothing was changed.', next: 'Try again.' });
}

/** Work on a lake that is away is left to itself after this time, ms. */
const LEFT_AFTER_MS = 3_000;

/** Waits for work on a lake. While its folder does not answer that may take for ever, and is not waited for long. */
export async function patiently(work: Promise<void>, isAway: boolean): Promise<void> {
  if (!isAway) return work;
  let timer: NodeJS.Timeout | undefined;
  const left = new Promise<void>((resolve) => (timer = setTimeout(resolve, LEFT_AFTER_MS)));
  await Promise.race([work, left]);
  clearTimeout(timer);
  work.catch(() => undefined);
}
