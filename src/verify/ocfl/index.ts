import type { OcflCheck, OcflChecked } from './context.ts';

export { ocflCodes } from './codes.ts';
export type { OcflCode } from './codes.ts';
export type { OcflCheck, OcflChecked } from './context.ts';
export { looksLikeOcflObject, looksLikeStorageRoot } from './recognise.ts';

/** Checks an OCFL 1.0 or 1.1 object. */
export function checkOcflObject(_check: OcflCheck): Promise<OcflChecked> {
  return Promise.reject(new Error('The check of objects comes with the next change.'));
}

/** Checks an OCFL 1.0 or 1.1 storage root and every object in it. */
export function checkOcflStorageRoot(_check: OcflCheck): Promise<OcflChecked> {
  return Promise.reject(new Error('The check of storage roots comes with the next change.'));
}
