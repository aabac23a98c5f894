import { access } from 'node:fs/promises';
import { closeToOthers } from './lake/index.ts';
import type { Durable } from './lake/index.ts';

/** Makes an account's folder for keys, catalogs and lists. One that is made now is closed to other accounts, who would read names of files there; one that a person made keeps its mode. */
export async function makeProfile(profile: string, durable: Durable): Promise<void> {
  const isThere = await access(profile).then(() => true, () => false);
  await durable.makeFolder(profile);
  if (!isThere) await closeToOthers(profile);
}
