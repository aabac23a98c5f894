import { sep } from 'node:path';
import { listFolder } from '../read.ts';

/** The names in a folder by what they are. Nothing was followed. */
export interface FolderNames {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly links: readonly string[];
  /** Pipes, sockets, devices. */
  readonly others: readonly string[];
}

/** Sorted, so that the same folder gives the same findings. A text where it cannot be listed: the end of a sentence. */
export function namesOf(path: string): FolderNames | string {
  const entries = listFolder(path);
  if (entries === null) return 'it is not there';
  if ('why' in entries) return entries.detail;
  const names = { files: [] as string[], folders: [] as string[], links: [] as string[], others: [] as string[] };
  for (const entry of entries) {
    if (entry.isFile()) names.files.push(entry.name);
    else if (entry.isDirectory()) names.folders.push(entry.name);
    else if (entry.isSymbolicLink()) names.links.push(entry.name);
    else names.others.push(entry.name);
  }
  for (const list of Object.values(names)) list.sort();
  return names;
}

/** A path with `/` between parts on every system. Elsewhere than on Windows a backslash is a part of a name. */
export function slashed(path: string): string {
  return sep === '\\' ? path.replaceAll('\\', '/') : path;
}
