import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Instant, LakeJson } from '../contract/index.ts';
import { ifMissing } from './lake/index.ts';
import type { Place } from './lake/index.ts';
import { lakeProfile, placeKey } from './open.ts';
import type { ReadableLake } from './open.ts';

/** What the profile keeps of a lake, so that its catalog can be read while the lake itself is away: `known.json` beside the catalog. */

const Known = z.object({
  lake: LakeJson,
  place: z.object({ kind: z.enum(['journaled', 'share', 'other']), name: z.string() }),
  /** When this workstation last had read its ledger to its end. */
  checked: Instant,
});

export interface KnownLakeFile {
  readonly lake: LakeJson;
  readonly place: Place;
  readonly checked: Instant;
}

/** Notes that the lake was read to its end at that time. */
export async function noteKnown({ lake, paths, profile, ledger }: ReadableLake, checked: Instant): Promise<void> {
  const { seenFile, profileDurable } = ledger.context;
  if (seenFile === null) return;
  const folder = lakeProfile(profile, lake, paths.root).place;
  const known = { lake, place: ledger.context.durable.place, checked };
  await profileDurable.replaceDerived(join(folder, 'known.json'), () => Buffer.from(`${JSON.stringify(known, null, 2)}\n`), folder);
}

/** What is known of the lake that was at a folder, which need not be there; of several the one that was read last. Null where there is none. */
export async function knownAt(profile: string, folder: string): Promise<KnownLakeFile | null> {
  const key = placeKey(resolve(folder));
  let newest: KnownLakeFile | null = null;
  for (const id of await readdir(join(profile, 'lakes')).catch(ifMissing([] as string[]))) {
    const known = await readKnown(join(profile, 'lakes', id, key, 'known.json'));
    if (known !== null && known.lake.id === id && (newest === null || known.checked > newest.checked)) newest = known;
  }
  return newest;
}

async function readKnown(file: string): Promise<KnownLakeFile | null> {
  const text = await readFile(file, 'utf8').catch(ifMissing(null));
  if (text === null) return null;
  try {
    return Known.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // Half written when the power went: the lake itself is not touched by it.
    return null;
  }
}
