import { readWhole } from '../read.ts';
import type { ObjectCheck } from './context.ts';
import { algorithmIndex } from './digests.ts';
import type { FolderNames } from './folder.ts';

export const INVENTORY = 'inventory.json';
const SIDECAR = `${INVENTORY}.`;

/** An inventory as a file: where it is, what stands beside it, and its digests. */
export interface InventoryFile {
  /** Folder relative to the object, with a slash at its end; '' for the object's own. */
  readonly place: string;
  readonly names: FolderNames;
  /** Hex digest by the name of the algorithm. Has sha256 and those of the sidecars that are there. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Algorithms of the sidecars in a folder, known or not. */
export function sidecarsIn(names: FolderNames): string[] {
  return names.files.filter((name) => name.startsWith(SIDECAR)).map((name) => name.slice(SIDECAR.length));
}

/**
 * Checks the file with the digest of an inventory (section 3.6).
 * @param algorithm that the inventory names; null where it names none: then each sidecar that is there is judged by itself
 */
export function checkSidecars(object: ObjectCheck, { place, names, digests }: InventoryFile, algorithm: string | null): void {
  const there = sidecarsIn(names);
  const wanted = algorithm === null ? there : [algorithm];
  if (wanted.length === 0 && !names.links.some((name) => name.startsWith(SIDECAR))) object.add('E058', `${place}${INVENTORY}`, 'The file with the digest of this inventory is missing.');
  for (const name of wanted) {
    if (there.includes(name)) {
      checkSidecar(object, place, name, digests);
    } else if (!names.links.includes(`${SIDECAR}${name}`)) {
      object.add('E058', `${place}${INVENTORY}`, `The file "${SIDECAR}${name}" with the digest of this inventory is missing.`);
      for (const other of there) object.add('E059', `${place}${SIDECAR}${other}`, `This digest is of the algorithm ${other}, and the inventory says ${name}.`);
    }
  }
}

/** Sidecars that stand beside the right one. */
export function strangeSidecars(names: FolderNames, algorithm: string | null): string[] {
  const there = sidecarsIn(names);
  return algorithm !== null && there.includes(algorithm) ? there.filter((name) => name !== algorithm).map((name) => `${SIDECAR}${name}`) : [];
}

function checkSidecar(object: ObjectCheck, place: string, algorithm: string, digests: ReadonlyMap<string, string>): void {
  const path = `${place}${SIDECAR}${algorithm}`;
  const read = readWhole(`${object.folder}/${path}`, 4096);
  if ('why' in read && read.why !== 'large') {
    object.add('FILE_UNREADABLE', path, `The digest of the inventory cannot be read: ${read.detail}.`);
    return;
  }
  const parts = 'why' in read ? null : /^(\S+)[ \t]+(\S+)\s*$/.exec(read.bytes.toString('utf8'));
  const digest = parts?.[1] ?? '';
  if (parts === null || parts[2] !== INVENTORY || !/^[0-9a-fA-F]+$/.test(digest)) {
    object.add('E061', path, `This file should hold one line: the digest, a space, and "${INVENTORY}".`);
    return;
  }
  const actual = digests.get(algorithm);
  if (actual !== undefined && digest.toLowerCase() !== actual) {
    object.add('E060', path, `The digest in this file is not that of the inventory beside it, which is ${actual}.`);
  }
}

/** Bits of the algorithms of the sidecars that this check can compute, and of sha256. */
export function sidecarMask(names: FolderNames): number {
  let mask = 1 << algorithmIndex('sha256');
  for (const name of sidecarsIn(names)) {
    const index = algorithmIndex(name);
    if (index >= 0 && name !== 'size') mask |= 1 << index;
  }
  return mask;
}
