import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listFolder } from '../read.ts';

/** Whether a folder is meant as an OCFL object: it declares itself one, or holds an inventory and is nothing else that is known. A damaged one is still recognised. */
export function looksLikeOcflObject(path: string): boolean {
  if (namesIn(path).some((name) => name.startsWith('0=ocfl_object_'))) return true;
  return ['lake.json', 'bagit.txt'].every((name) => !existsSync(join(path, name))) && existsSync(join(path, 'inventory.json'));
}

/** Whether a folder is meant as an OCFL storage root. */
export function looksLikeStorageRoot(path: string): boolean {
  return namesIn(path).some((name) => name === 'ocfl_layout.json' || (name.startsWith('0=ocfl_') && !name.startsWith('0=ocfl_object_')));
}

function namesIn(path: string): string[] {
  const names = listFolder(path);
  return names === null || 'why' in names ? [] : names.map(({ name }) => name);
}
