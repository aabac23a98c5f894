import { lstatSync, opendirSync, type Dirent } from 'node:fs';
import { sep } from 'node:path';

export interface Count {
  readonly files: number;
  readonly bytes: number;
}

/**
 * How many files and bytes an intake of these places will read, for the progress bar: it runs ahead of the copying, looks at names and
 * sizes only, and passes over what it cannot read. Blocking; for a worker thread. Null where it was stopped.
 */
export function countFiles(places: readonly string[], lake: string, stopped: () => boolean): Count | null {
  let files = 0;
  let bytes = 0;
  const look = (path: string): void => {
    const stat = tolerant(() => lstatSync(path, { throwIfNoEntry: false }));
    if (stat?.isFile() !== true) return;
    files++;
    bytes += stat.size;
  };
  const folders: string[] = [];
  for (const place of places) {
    if (tolerant(() => lstatSync(place, { throwIfNoEntry: false }))?.isDirectory() === true) folders.push(place);
    else look(place);
  }
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (stopped()) return null;
    const here = folder;
    if (here === lake) continue;
    for (const item of itemsOf(here)) {
      const path = here.endsWith(sep) ? here + item.name : here + sep + item.name;
      if (item.isDirectory()) folders.push(path);
      // A name that is not UTF-8 leads nowhere, as it does for the copying.
      else if (item.isFile()) look(path);
    }
  }
  return { files, bytes };
}

/** The content of a folder, a few hundred names at a time; ends early where it cannot be read on. */
function* itemsOf(folder: string): Generator<Dirent> {
  const open = tolerant(() => opendirSync(folder, { bufferSize: 256 }));
  if (open === null) return;
  try {
    for (let item = tolerant(() => open.readSync()); item !== null; item = tolerant(() => open.readSync())) yield item;
  } finally {
    open.closeSync();
  }
}

/** The copying says what cannot be read, and why. */
function tolerant<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
