import type { ObjectCheck } from './context.ts';
import { declarationsIn, OBJECT } from './declaration.ts';
import { checkExtensions } from './extensions.ts';
import type { FolderNames } from './folder.ts';
import { namesOf } from './folder.ts';
import type { ReadOcflInventoryResult } from '../workers/read-ocfl-inventory.ts';
import { INVENTORY, strangeSidecars } from './sidecar.ts';

const versionFolder = /^v\d+$/;

export function isVersionFolder(name: string): boolean {
  return versionFolder.test(name);
}

/**
 * Checks what stands at the top of an object (section 3.1): declaration, inventory, digest, versions, logs and extensions, and nothing else.
 * @param top the inventory; null where there is none that can be read: then no version is expected or unexpected
 */
export function checkObjectFolder(object: ObjectCheck, names: FolderNames, top: ReadOcflInventoryResult | null): void {
  const declarations = declarationsIn(names, OBJECT);
  const sidecars = strangeSidecars(names, top?.algorithm ?? null);
  for (const name of names.files) {
    const isSidecar = name.startsWith(`${INVENTORY}.`);
    if (declarations.includes(name) || name === INVENTORY || (isSidecar && !sidecars.includes(name))) continue;
    if (!names.files.includes(INVENTORY) && name.toLowerCase() === INVENTORY) {
      object.add('E034', name, `The inventory must be named "${INVENTORY}".`);
      continue;
    }
    object.add('E001', name, `The file "${name}" does not belong at the top of an object.`);
  }
  for (const name of names.others) object.add('E001', name, 'This is neither a file nor a folder, and does not belong at the top of an object.');
  for (const name of names.links) object.add('E090', name, 'This is a link to somewhere else. It was not followed.');
  for (const name of names.folders) checkFolder(object, name, top);
}

function checkFolder(object: ObjectCheck, name: string, top: ReadOcflInventoryResult | null): void {
  if (name === 'logs') return;
  if (name === 'extensions') {
    const inside = namesOf(`${object.folder}/${name}`);
    if (typeof inside === 'string') object.add('FILE_UNREADABLE', name, `This folder cannot be listed: ${inside}.`);
    else checkExtensions(inside, { notFolder: 'E067', unknown: 'W013' }, (code, path, message) => { object.add(code, path, message); });
    return;
  }
  if (isVersionFolder(name)) {
    if (top?.hasVersions === true && !top.versions.names.includes(name)) {
      object.add('E046', name, `There is a folder for version ${name}, and the inventory does not describe such a version.`);
    }
    return;
  }
  object.add('E001', name, `The folder "${name}" does not belong at the top of an object.`);
  const inside = object.inStorageRoot ? namesOf(`${object.folder}/${name}`) : '';
  if (typeof inside !== 'string' && inside.files.some((file) => file.startsWith('0=ocfl_object_'))) {
    object.add('E082', name, 'This is an object, and it stands inside another one.');
  }
}

/** Checks what stands in the folder of a version beside its content (section 3.3). */
export function checkVersionFolder(object: ObjectCheck, name: string, names: FolderNames, content: string, algorithm: string | null): void {
  const sidecars = strangeSidecars(names, algorithm);
  for (const file of names.files) {
    const isSidecar = file.startsWith(`${INVENTORY}.`);
    if (file === INVENTORY || (isSidecar && !sidecars.includes(file))) continue;
    object.add('E015', `${name}/${file}`, `The file "${file}" does not belong into the folder of a version.`);
  }
  for (const file of names.others) object.add('E015', `${name}/${file}`, 'This is neither a file nor a folder, and does not belong into the folder of a version.');
  for (const file of names.links) object.add('E090', `${name}/${file}`, 'This is a link to somewhere else. It was not followed.');
  for (const folder of names.folders) {
    if (folder !== content) object.add('W002', `${name}/${folder}`, `The folder "${folder}" is not the content folder, so nothing in it was checked.`);
  }
}
