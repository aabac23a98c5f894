import { readdir } from 'node:fs/promises';
import { bagEntries } from './bag-source.ts';
import { openBag } from './bag.ts';
import { ocflSpecOf, openObject } from './object.ts';
import type { ImportSource } from './types.ts';

/** Bags and OCFL objects that were made elsewhere, copied into drafts with every byte checked. `engine/importing.ts` commits them. */
export { Sink } from './sink.ts';
export type { Watch } from './sink.ts';
export type { ImportDraft, ImportSource, SourceVersion } from './types.ts';

/** Whether a bag or an object may stand at a path, also a damaged one: worth being judged. Looks at names only. */
export async function mayBeImported(path: string): Promise<boolean> {
  const names = await readdir(path).catch(() => null);
  if (names !== null && names.some((name) => name.startsWith('0=ocfl_object_') || name === 'inventory.json')) return true;
  return (await bagEntries(path)) !== null;
}

/** Opens what stands at a path; null where it is neither a bag nor an OCFL object. */
export async function openSource(path: string): Promise<ImportSource | null> {
  const spec = await ocflSpecOf(path);
  if (spec !== null) return openObject(path, spec);
  const entries = await bagEntries(path);
  return entries === null ? null : openBag(path, entries);
}
