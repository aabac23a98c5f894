import { closeSync, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { codeOf } from './durable.ts';
import type { Place } from './place.ts';
import { noteSilence } from './silence.ts';
import { readSmall } from './small-file.ts';

/** Reading leaves from `ledger/entries`: docs/formats/lake.md section 4. */

export type LeafAt = { readonly is: 'leaf'; readonly bytes: Uint8Array } | { readonly is: 'free' } | { readonly is: 'blocked'; readonly why: string };

/** Bytes of a leaf beyond which a folder is not taken for an entry at all; the format's own limit is 16 KiB. */
const LARGEST_LEAF = 1 << 20;
const OPENING_BRACE = 0x7b;

/**
 * What stands at one number of the ledger. A folder without a readable `entry.json` is `blocked`, after the time that a share may need to
 * show what another station wrote (the folder is listed and opened again; an answer "not found" alone never makes the number free).
 * `waitedFor`: a folder for which that time was given before. `name`: by which the folder is reached, where that is shorter.
 */
export async function leafAt(folder: string, place: Place, clock: Clock, waitedFor: string | null = null, name = folder): Promise<LeafAt> {
  const until = clock.monotonic() + (folder === waitedFor ? 0 : place.kind === 'share' ? 10_000 : 200);
  for (;;) {
    const file = join(name, 'entry.json');
    const bytes = place.kind === 'journaled' ? readLeafNow(file) : await noteSilence(place, clock, () => readLeaf(file));
    if (bytes instanceof Uint8Array) return { is: 'leaf', bytes };
    if (bytes === 'missing' && (await isMissing(name, place))) return { is: 'free' };
    if (clock.monotonic() >= until) {
      return { is: 'blocked', why: bytes === 'missing' ? 'it has no entry.json' : bytes === 'folder' ? 'its entry.json is not a file' : 'its entry.json is too large to be an entry' };
    }
    await clock.sleep(50);
    // A listing makes the client of a share ask the server again.
    await readdir(name).catch(ifMissing(null));
  }
}

type Found = Uint8Array | 'missing' | 'folder' | 'huge';

async function readLeaf(file: string): Promise<Found> {
  try {
    return (await readSmall(file, LARGEST_LEAF, isJson)) ?? 'huge';
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'missing';
    if (codeOf(error) === 'EISDIR') return 'folder';
    throw error;
  }
}

/** No beginning of a JSON object is one. */
function isJson(bytes: Buffer): boolean {
  if (bytes[0] !== OPENING_BRACE) return false;
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** As readLeaf, at once: of a disk of this computer that takes less time than a thread for it. */
function readLeafNow(file: string): Found {
  try {
    const descriptor = openSync(file, 'r');
    try {
      return fstatSync(descriptor).size > LARGEST_LEAF ? 'huge' : readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'missing';
    if (codeOf(error) === 'EISDIR') return 'folder';
    throw error;
  }
}

async function isMissing(path: string, { kind }: Place): Promise<boolean> {
  const looking = kind === 'journaled' ? new Promise((resolve) => resolve(lstatSync(path))) : lstat(path);
  return looking.then(() => false, ifMissing(true));
}

/** For `catch`: the value where the error says that something is not there; other errors go on. */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return value;
    throw error;
  };
}

/** The refusal to write while something that is not an entry stands at the next number. */
export function blockedError(folder: string, why: string): HmsError {
  return new HmsError('LEDGER_BLOCKED', `The ledger cannot grow: ${folder} stands at its next number and is not an entry (${why}).`, {
    kept: 'Nothing was changed; reading goes on.',
    next: 'Find out who put it there, move it out of the lake, and run the command again.',
    facts: { folder },
  });
}
