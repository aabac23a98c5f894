import type { OcflCheck, OcflChecked } from './context.ts';
import { slashed } from './folder.ts';
import { checkObject } from './object.ts';

export { ocflCodes } from './codes.ts';
export type { OcflCode } from './codes.ts';
export type { OcflCheck, OcflChecked } from './context.ts';
export { looksLikeOcflObject, looksLikeStorageRoot } from './recognise.ts';
export { checkOcflStorageRoot } from './storage-root.ts';

/**
 * Checks an object of OCFL 1.0 or 1.1: its structure, all its inventories, and every file against every digest that they list. Only reads.
 * Faults become findings with the standard's codes; paths are relative to the object.
 * @throws CancelledError when the meter's signal says so
 */
export async function checkOcflObject(check: OcflCheck): Promise<OcflChecked> {
  check.meter.phase('Checking an OCFL object');
  const { files, bytes, versions } = await checkObject(check, slashed(check.root), '', false);
  return { files, bytes, objects: 1, versions };
}
