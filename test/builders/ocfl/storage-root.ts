import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan, Spec } from './object.ts';
import { buildObject, ONE, write } from './object.ts';

export const LAYOUT_3 = '0003-hash-and-id-n-tuple-storage-layout';

/** A valid storage root of layout 0003 with its usual parameters. */
export function buildStorageRoot(folder: string, ids: readonly string[] = ['urn:example:one', 'urn:example:two'], spec: Spec = '1.1'): void {
  mkdirSync(folder, { recursive: true });
  write(folder, `0=ocfl_${spec}`, `ocfl_${spec}\n`);
  write(folder, 'ocfl_layout.json', JSON.stringify({ extension: LAYOUT_3, description: 'By the hash of the id' }));
  write(folder, `extensions/${LAYOUT_3}/config.json`, JSON.stringify({ extensionName: LAYOUT_3 }));
  write(folder, 'README.txt', 'Files at the top that nobody knows are allowed.');
  for (const id of ids) addObject(folder, id, { spec });
}

/** Where layout 0003 puts an id, computed by hand for ids of letters, digits and colons. */
export function placeOf(id: string): string {
  const hash = createHash('sha256').update(id).digest('hex');
  return `${hash.slice(0, 3)}/${hash.slice(3, 6)}/${hash.slice(6, 9)}/${id.replaceAll(':', '%3a')}`;
}

export function addObject(folder: string, id: string, plan: Partial<Plan> = {}, place = placeOf(id)): string {
  buildObject(join(folder, place), { ...ONE, ...plan, id });
  return place;
}
