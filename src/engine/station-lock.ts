import { dirname } from 'node:path';
import type { HmsError } from '../contract/index.ts';
import { takeStationLock } from './catalog/index.ts';
import type { StationLock } from './catalog/index.ts';
import { inWords } from './lake/index.ts';
import type { Durable } from './lake/index.ts';

const LOOK_AGAIN_MS = 50;

/**
 * Keeps programs of one station apart, by a file in its profile. Throws what `held` makes where others have the lock so that it cannot be had, still
 * after `patience` ms.
 */
export async function lockStation(
  file: string,
  how: 'shared' | 'exclusive',
  profileDurable: Durable,
  held: () => HmsError,
  patience = 0,
): Promise<StationLock> {
  return inWords('Keeping other programs of this workstation away', 'Nothing was changed.', async () => {
    await profileDurable.makeFolder(dirname(file));
    for (const until = performance.now() + patience; ; ) {
      const lock = takeStationLock(file, how);
      if (lock !== null) return lock;
      if (performance.now() >= until) throw held();
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  });
}
