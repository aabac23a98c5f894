import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { FetchedLeaf } from './leaf-fetcher.ts';

/** Entry of the threads that read entries and their bodies ahead of who judges them: they block, which takes a fraction of the work that asking for each file in turn does. */

/** What is longer is left to who can read it piece by piece. */
const MOST_BYTES = 64 * 1024;

const buffer = Buffer.allocUnsafeSlow(MOST_BYTES + 1);

/** A whole file; null where it is not there, cannot be read or is long: who asked looks again, and finds out why. */
function wholeFile(path: string): Uint8Array | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, 'r');
    let size = 0;
    for (let got = -1; got !== 0 && size < buffer.length; size += got) got = readSync(descriptor, buffer, size, buffer.length - size, null);
    return size > MOST_BYTES ? null : Uint8Array.prototype.slice.call(buffer, 0, size);
  } catch {
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** The entries in these folders, up to the first that is not there. */
function leavesIn(folders: readonly string[]): FetchedLeaf[] {
  const leaves: FetchedLeaf[] = [];
  for (const folder of folders) {
    const entry = wholeFile(`${folder}/entry.json`);
    if (entry === null) break;
    leaves.push({ entry, salt: wholeFile(`${folder}/body.salt`), body: wholeFile(`${folder}/body.json`) });
  }
  return leaves;
}

parentPort?.on('message', (folders: readonly string[]) => parentPort?.postMessage(leavesIn(folders)));
