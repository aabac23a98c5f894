import { objectPath } from '../../core/index.ts';
import { sha256 } from '../crypto.ts';
import { listFolder } from '../read.ts';
import type { LakeCheck } from './context.ts';
import type { DatasetFact, VersionFact } from './facts.ts';

/** Where a version was found: in its object, in staging after an interruption, or nowhere. */
export type VersionPlace =
  | { readonly fact: VersionFact; readonly where: 'object' | 'staging'; /** Relative to the lake: holds inventory and content. */ readonly folder: string }
  | { readonly fact: VersionFact; readonly where: 'lost' };

export interface ObjectPlace {
  readonly dataset: DatasetFact;
  /** Relative to the lake; the folder need not be there. */
  readonly folder: string;
  /** Names in it, sorted by their kind; null where it is not there. */
  readonly names: { readonly files: readonly string[]; readonly folders: readonly string[]; readonly others: readonly string[] } | null;
  readonly versions: readonly VersionPlace[];
}

/** Id of a dataset's object in the store: lake.md section 9. */
export function objectId(dataset: DatasetFact): string {
  return `hms:${dataset.id}`;
}

/** Looks for an object and for each of its versions; nothing is read yet but folders. */
export function findObject(check: LakeCheck, dataset: DatasetFact): ObjectPlace {
  const path = objectPath(sha256, objectId(dataset));
  // Where no body says the root any more, the object is where it is.
  const roots = dataset.root === null ? (['store', 'raw'] as const) : [dataset.root];
  const found = roots.map((root) => ({ folder: `${root}/${path}`, names: namesIn(check, `${root}/${path}`) })).find(({ names }) => names !== null);
  const { folder, names } = found ?? { folder: `${roots[0]}/${path}`, names: null };
  return { dataset, folder, names, versions: dataset.versions.map((fact) => findVersion(check, folder, names, fact)) };
}

function findVersion(check: LakeCheck, folder: string, names: ObjectPlace['names'], fact: VersionFact): VersionPlace {
  const name = `v${String(fact.version)}`;
  if (names?.folders.includes(name) === true) return { fact, where: 'object', folder: `${folder}/${name}` };
  // A new dataset's first version is staged inside its object, any other by itself.
  for (const staged of [`staging/${fact.txn}/object/${name}`, `staging/${fact.txn}/version`]) {
    const there = namesIn(check, staged);
    if (there?.files.includes('inventory.json') === true) return { fact, where: 'staging', folder: staged };
  }
  return { fact, where: 'lost' };
}

/** The names in a folder by their kind; null, with a finding where it is there and cannot be read. */
export function namesIn(check: LakeCheck, folder: string): ObjectPlace['names'] {
  const listed = listFolder(`${check.root}/${folder}`);
  if (listed === null) return null;
  if ('why' in listed) {
    check.findings.add('FILE_UNREADABLE', folder, `This folder cannot be read: ${listed.detail}.`);
    return null;
  }
  return {
    files: listed.filter((entry) => entry.isFile()).map(({ name }) => name),
    folders: listed.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    others: listed.filter((entry) => !entry.isFile() && !entry.isDirectory()).map(({ name }) => name),
  };
}
