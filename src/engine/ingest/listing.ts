import type { Dirent, Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { decodeName, escapedBytes } from './names.ts';

export type Kind = 'file' | 'folder' | 'symlink' | 'fifo' | 'socket' | 'device' | 'unknown';

/** One name in a folder. */
export interface Listed {
  readonly name: string;
  readonly kind: Kind;
  /** False: the bytes on disk are not UTF-8, and `name` shows them escaped. */
  readonly isText: boolean;
}

/** The content of a folder in order of the names' bytes. Names are exact. Some 150 bytes of memory a name. */
export async function listFolder(folder: string): Promise<Listed[]> {
  const items = await readdir(folder, { withFileTypes: true });
  // What cannot be decoded is shown so; but a name may also really hold that character. The bytes tell.
  if (items.some((item) => item.name.includes('\ufffd'))) return listBytes(folder);
  return items.map((item) => ({ name: item.name, kind: kindOf(item), isText: true })).sort((a, b) => compareAsUtf8(a.name, b.name));
}

/** As text, names are five times smaller: only a folder that needs it is listed as bytes. */
async function listBytes(folder: string): Promise<Listed[]> {
  const items = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  items.sort((a, b) => Buffer.compare(a.name, b.name));
  return items.map((item) => {
    const name = decodeName(item.name);
    return { name: name ?? escapedBytes(item.name), kind: kindOf(item), isText: name !== null };
  });
}

export function kindOf(item: Dirent<string | Buffer> | Stats): Kind {
  if (item.isFile()) return 'file';
  if (item.isDirectory()) return 'folder';
  if (item.isSymbolicLink()) return 'symlink';
  if (item.isFIFO()) return 'fifo';
  if (item.isSocket()) return 'socket';
  return item.isBlockDevice() || item.isCharacterDevice() ? 'device' : 'unknown';
}

/** Order of the UTF-8 bytes: that of UTF-16 units, but for surrogates, which come last. */
export function compareAsUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
