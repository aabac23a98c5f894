import type { ReadOcflInventoryResult } from '../workers/read-ocfl-inventory.ts';
import type { OcflCode, Spec } from './codes.ts';
import type { ObjectCheck } from './context.ts';
import { judgeVersionNames, versionNumber } from './inventory/version-names.ts';
import type { OpenObject } from './open-object.ts';
import { INVENTORY } from './sidecar.ts';

export interface NamedVersion {
  readonly name: string;
  readonly number: number;
}

/** Reports what is wrong in an inventory by itself. */
export function reportInventory(object: ObjectCheck, path: string, reading: ReadOcflInventoryResult): void {
  if (reading.unreadable !== null) object.add('FILE_UNREADABLE', path, `This inventory cannot be read: ${reading.unreadable}.`);
  for (const { code, message } of reading.faults) object.add(code, path, message);
  for (const name of reading.fixityUnknown) object.add('FIXITY_UNKNOWN', path, `The additional digests under "${name.slice(0, 100)}" are of an algorithm that this check does not know. They were left out.`);
}

/** Judges the versions that an inventory names, and its head. Answers the versions by number. */
export function judgeVersions(object: ObjectCheck, path: string, { hasVersions, versions, head }: ReadOcflInventoryResult): NamedVersion[] {
  if (!hasVersions) return [];
  const add = (code: OcflCode, message: string): void => {
    object.add(code, path, message);
  };
  const named = judgeVersionNames(versions.names, add);
  const newest = named.at(-1);
  if (head !== null && newest !== undefined && head !== newest.name) add('E040', `Its head is "${head.slice(0, 100)}", and its newest version is "${newest.name}".`);
  return named;
}

/** Checks the inventory at the top against the declaration and the version folders. Answers its versions by number. */
export function checkTopInventory({ object, folders, links, top }: OpenObject, declared: Spec | null): NamedVersion[] {
  if (declared !== null && top.spec !== null && top.spec !== declared) {
    object.add('E038', INVENTORY, `Its type is that of OCFL ${top.spec}, and the object is declared as one of OCFL ${declared}.`);
  }
  const versions = judgeVersions(object, INVENTORY, top);
  const newestFolder = [...folders.values()].reduce((newest, { number }) => Math.max(newest, number), 0);
  for (const { name, number } of versions) {
    if (folders.has(name) || links.has(name)) continue;
    object.add('E046', name, `The inventory describes version ${name}, and its folder is missing.`);
    if (number < newestFolder) object.add(number === 1 ? 'E009' : 'E010', name, `The folders of the versions do not go on from 1 without a gap: that of version ${name} is missing.`);
  }
  return versions;
}

/** Reports content paths of a manifest that are in no content folder of a version (sections 3.3 and 3.5.2). */
export function reportPlaces(object: ObjectCheck, path: string, reading: ReadOcflInventoryResult, contentOf: (version: string) => string): void {
  const names = new Set(reading.versions.names);
  const numbers = new Set(reading.versions.names.map(versionNumber));
  for (const { version, folder, count, example } of reading.content) {
    const paths = count === 1 ? `"${example.slice(0, 200)}"` : `${count.toLocaleString('en-US')} paths such as "${example.slice(0, 200)}"`;
    const add = (code: OcflCode, why: string): void => {
      object.add(code, path, `The manifest lists ${paths}${why}`);
    };
    if (!names.has(version)) {
      if (!reading.hasVersions) continue;
      const number = versionNumber(version);
      if (number !== null && numbers.has(number)) add('E014', `, where the version is spelled otherwise than its folder.`);
      add('E042', `, which ${count === 1 ? 'is' : 'are'} in no version of this object.`);
    } else if (folder !== contentOf(version)) {
      if (!reading.hasContentDirectory && folder !== '') add('E021', `, and without a name for the content folder in the inventory that folder must be "content".`);
      add('E042', `, which ${count === 1 ? 'is' : 'are'} not in the content folder "${contentOf(version)}".`);
    }
  }
  if (reading.contentBeyond > 0) object.add('E042', path, `The manifest lists ${reading.contentBeyond.toLocaleString('en-US')} more paths in so many folders that they cannot all be those of versions.`);
}
