import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError } from '../contract/index.ts';
import type { StationLock } from './catalog/index.ts';
import { ifMissing, inWords, probePlace } from './lake/index.ts';
import type { Durable, PlaceProbe, Spawner } from './lake/index.ts';
import type { ReadableLake } from './open.ts';
import { lockStation } from './station-lock.ts';

/** Whether several may write at a place at the same time: decided by trying it once, the result kept in the profile (docs/operations/places.md). */

const ROUNDS = 1_000;

/**
 * Admits this process as a writer. On a local journaled disk everyone is; elsewhere the place is tried first, and where it does not keep two
 * writers apart, only the workstation that wrote last may write, one process at a time: release what is answered at the end. `spawner`: as of probePlace.
 */
export async function admitWriter(lake: ReadableLake, placeProfile: string, spawner?: Spawner): Promise<StationLock | null> {
  if (lake.durable.place.kind === 'journaled') return null;
  const probe = (await keptProbe(placeProfile)) ?? (await tryNow(lake, placeProfile, spawner));
  if (probe.exclusiveRename) return null;
  const last = lake.catalog.log({}, 1).entries[0];
  if (last !== undefined && last.station !== null && last.station !== lake.station?.id) {
    throw new HmsError('PLACE_UNSAFE', 'This place does not keep two writers apart, and the last to write here was another workstation.', {
      kept: 'The lake was opened read-only; nothing was changed.',
      next: 'Write from that workstation, or move the lake to a share or disk that `hms dta doctor` finds safe.',
    });
  }
  return lockStation(join(placeProfile, 'locks', 'writer'), 'exclusive', lake.ledger.context.profileDurable, inUse);
}

function inUse(): HmsError {
  return new HmsError('PLACE_UNSAFE', 'Another program of this workstation is writing to this lake, and this place does not keep two writers apart.', {
    kept: 'Nothing was changed.',
    next: 'Wait until that one has ended.',
  });
}

async function tryNow(lake: ReadableLake, placeProfile: string, spawner: Spawner | undefined): Promise<PlaceProbe> {
  const probe = await inWords('Trying what this place can do', 'Nothing was changed.', () => probePlace(lake.paths.staging, ROUNDS, lake.durable, lake.clock, spawner));
  await keepProbe(probe, placeProfile, lake.ledger.context.profileDurable);
  return probe;
}

/** Keeps a probe's result in the profile. */
export async function keepProbe(probe: PlaceProbe, placeProfile: string, profileDurable: Durable): Promise<void> {
  await inWords('Keeping the result in the profile', 'The lake was not touched.', async () => {
    await profileDurable.makeFolder(placeProfile);
    await profileDurable.replaceDerived(join(placeProfile, 'probe.json'), () => Buffer.from(`${JSON.stringify(probe)}\n`), placeProfile);
  });
}

/** What was found when the place was tried; null where it was not. */
export async function keptProbe(placeProfile: string): Promise<Pick<PlaceProbe, 'exclusiveRename'> | null> {
  const text = await readFile(join(placeProfile, 'probe.json'), 'utf8').catch(ifMissing(null));
  try {
    const probe: unknown = text === null ? null : JSON.parse(text);
    if (typeof probe !== 'object' || probe === null || !('exclusiveRename' in probe) || typeof probe.exclusiveRename !== 'boolean') return null;
    return { exclusiveRename: probe.exclusiveRename };
  } catch {
    // Half written: it is tried again.
    return null;
  }
}
