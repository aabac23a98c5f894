import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultPlace, Files } from './fault-place.ts';

/** What is put into the lakes of the fault tests, below `sources/`. */

export const firstFiles: Files = {
  'sensors/a.csv': 'station,value\na,1\n',
  'sensors/b.csv': 'station,value\nb,2\n',
  'sensors/again.csv': 'station,value\na,1\n',
  'sensors/empty.txt': '',
  'sensors/night/CON.txt': 'a name that Windows reserves',
  'sensors/night/plain.txt': 'below a sub-folder',
};

/** What the second version adds and replaces. */
export const replacingFiles: Files = { 'sensors/a.csv': 'station,value\na,1.5\n', 'sensors/new/c.csv': 'new\n' };

const { 'sensors/night/plain.txt': moved, 'sensors/empty.txt': _removed, ...kept } = firstFiles;
export const secondFiles: Files = { ...kept, ...replacingFiles, 'sensors/moved.txt': moved ?? '' };

/** Larger than the pieces in which files are read. */
export const largeFiles: Files = { 'large.bin': Buffer.alloc((4 << 20) + 7, 'large ') };

/** Enough of them that the whole file system is flushed at once. */
export const manyFiles: Files = Object.fromEntries(Array.from({ length: 210 }, (_, i) => [`many/${i}.txt`, `file ${i}`]));

export function writeSources(place: FaultPlace): void {
  const folders = { first: firstFiles, second: replacingFiles, large: largeFiles, many: manyFiles };
  for (const [folder, files] of Object.entries(folders)) {
    for (const [name, bytes] of Object.entries(files)) {
      const file = join(place.sources, folder, name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, bytes);
    }
  }
  mkdirSync(join(place.sources, 'first', 'sensors', 'nothing'));
  symlinkSync('a.csv', join(place.sources, 'first', 'sensors', 'link.csv'));
}
