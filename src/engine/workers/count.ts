import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync } from 'node:fs';
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
    for (const item of tolerant(() => readdirSync(here, { withFileTypes: true, encoding: 'buffer' })) ?? []) {
      if (!(item.isFile() || item.isDirectory()) || !isUtf8(item.name)) continue;
      const path = here.endsWith(sep) ? here + item.name.toString() : here + sep + item.name.toString();
      if (item.isDirectory()) folders.push(path);
      else look(path);
    }
  }
  return { files, bytes };
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
