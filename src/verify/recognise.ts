import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listFolder } from './read.ts';

export interface Recognised {
  readonly kind: 'lake' | 'zip' | 'bag';
  /** Absolute. */
  readonly path: string;
}

/** What stands at a path: a lake, a package as one file, an unpacked package, or null for anything else. A damaged one is still recognised by what is left. */
export function recognise(path: string): Recognised | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (stat.isFile()) return looksLikeZip(path) ? { kind: 'zip', path } : null;
  if (!stat.isDirectory()) return null;
  if (existsSync(join(path, 'lake.json')) || existsSync(join(path, 'ledger'))) return { kind: 'lake', path };
  if (looksLikeBag(path)) return { kind: 'bag', path };
  // Programs that unpack often make a folder of their own around the package's.
  const names = listFolder(path);
  const only = names !== null && !('why' in names) && names.length === 1 ? names[0] : undefined;
  return only?.isDirectory() === true && looksLikeBag(join(path, only.name)) ? { kind: 'bag', path: join(path, only.name) } : null;
}

function looksLikeBag(path: string): boolean {
  return ['bagit.txt', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'].some((name) => existsSync(join(path, name)));
}

function looksLikeZip(path: string): boolean {
  if (/\.zip$/i.test(path)) return true;
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4);
    return readSync(fd, start, 0, 4, 0) === 4 && start.toString('latin1') === 'PK\u0003\u0004';
  } finally {
    closeSync(fd);
  }
}
