/** Where things stand in a package: docs/formats/export.md sections 1, 11 and 12. */

/** One version's folders in a package, each ending in `/`; '' is the top. */
export interface VersionFolders {
  /** `WF-2024-07-v1`; null in a package of one version. */
  readonly name: string | null;
  readonly data: string;
  /** Its names.csv, Provenance.txt and lists. */
  readonly said: string;
  /** Its inventory, entry, proof and events. */
  readonly proof: string;
}

export interface PackageLayout {
  readonly versions: readonly VersionFolders[];
  readonly isOne: boolean;
  readonly isSelection: boolean;
}

export const VERSIONS = 'versions.csv';
export const SELECTION = 'selection.json';

const versionFolder = /^provenance\/([A-Za-z0-9][A-Za-z0-9._-]{0,63}-v[1-9]\d{0,8})\//;
const proofNames = /^(?:prov\.json|events\.csv|inventory\.json|(?:0|[1-9]\d{0,8})\.(?:entry\.json|tlog-proof))$/;
const saidNames = new Set(['Provenance.txt', 'names.csv', 'nara-metadata.psv', 'nara-file-list.psv']);
const frameNames = new Set(['bagit.txt', 'bag-info.txt', 'bagit-profile.json', 'VERIFY.txt', 'manifest-sha256.txt', SELECTION]);

const neededFrame = ['bagit.txt', 'bag-info.txt', 'Provenance.txt', 'VERIFY.txt', 'manifest-sha256.txt'];
const neededSaid = ['Provenance.txt', 'names.csv'];
const neededProof = ['prov.json', 'events.csv', 'inventory.json'];

/** The layout that the names of the tag files give. A package of several versions is known by its versions.csv. */
export function layoutOf(tagFiles: readonly string[]): PackageLayout {
  const isSelection = tagFiles.includes(SELECTION);
  if (!tagFiles.includes(VERSIONS)) return { versions: [{ name: null, data: 'data/', said: '', proof: 'provenance/' }], isOne: true, isSelection };
  const names = new Set(tagFiles.flatMap((path) => versionFolder.exec(path)?.[1] ?? []));
  const versions = [...names].map((name) => ({ name, data: `data/${name}/`, said: `provenance/${name}/`, proof: `provenance/${name}/` }));
  return { versions, isOne: false, isSelection };
}

/** Whether the format has a tag file of this name. */
export function isTagFile(path: string, { isOne }: PackageLayout): boolean {
  if (frameNames.has(path) || path === 'Provenance.txt') return true;
  if (isOne) return saidNames.has(path) || (path.startsWith('provenance/') && proofNames.test(path.slice('provenance/'.length)));
  if (path === VERSIONS) return true;
  const folder = versionFolder.exec(path)?.[0];
  if (folder === undefined) return false;
  const name = path.slice(folder.length);
  return saidNames.has(name) || proofNames.test(name);
}

/** The tag files that every package of this layout has. */
export function neededTagFiles({ versions, isOne }: PackageLayout): string[] {
  const ofVersions = versions.flatMap(({ said, proof }) => [...neededSaid.map((name) => said + name), ...neededProof.map((name) => proof + name)]);
  return [...new Set([...neededFrame, ...(isOne ? [] : [VERSIONS]), ...ofVersions])];
}

/** The folder of a version in which a record stands, `data/` or `data/WF-2024-07-v1/`; '' for none. */
export function dataFolderOf(path: string, { isOne }: PackageLayout): string {
  if (!path.startsWith('data/')) return '';
  return isOne ? 'data/' : path.slice(0, path.indexOf('/', 'data/'.length) + 1);
}
