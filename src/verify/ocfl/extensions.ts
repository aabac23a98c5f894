import type { OcflCode } from './codes.ts';
import type { FolderNames } from './folder.ts';

/** Names in the repository of extensions of OCFL (January 2026). `initial` is the one extension without a number. */
const registered = [
  '0001-digest-algorithms',
  '0002-flat-direct-storage-layout',
  '0003-hash-and-id-n-tuple-storage-layout',
  '0004-hashed-n-tuple-storage-layout',
  '0005-mutable-head',
  '0006-flat-omit-prefix-storage-layout',
  '0007-n-tuple-omit-prefix-storage-layout',
  '0008-schema-registry',
  '0009-digest-algorithms',
  '0010-differential-n-tuple-omit-prefix-storage-layout',
  '0011-direct-clean-path-layout',
  '0012-hash-and-no-prefix-id-n-tuple-storage-layout',
  'initial',
];

export function isRegistered(name: string): boolean {
  return registered.includes(name);
}

/** Whether a registered extension lays out a storage root. */
export function isLayout(name: string): boolean {
  return isRegistered(name) && name.endsWith('-storage-layout');
}

/**
 * Checks the folder `extensions` of an object or a storage root: only folders in it, named as registered (sections 3.9 and 4.4).
 * @param codes for something that is no folder, and for a name that is not registered
 */
export function checkExtensions(names: FolderNames, codes: { readonly notFolder: OcflCode; readonly unknown: OcflCode }, add: (code: OcflCode, path: string, message: string) => void): void {
  for (const name of [...names.files, ...names.others]) add(codes.notFolder, `extensions/${name}`, 'Only folders of extensions may stand here.');
  for (const name of names.links) add('E090', `extensions/${name}`, 'This is a link to somewhere else. It was not followed.');
  for (const name of names.folders) if (!isRegistered(name)) add(codes.unknown, `extensions/${name}`, `"${name}" is not the registered name of an extension. Nothing in this folder was checked.`);
}
