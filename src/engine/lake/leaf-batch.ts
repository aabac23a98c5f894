import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Entries of the ledger with their words, read by blocking calls, for a worker thread. Only what is as it most often is: where anything is not, the entry is left to whoever can say what it is.
 * Loads nothing of the engine, so that a thread starts with it at once.
 */

/** An entry's three files as they were read; no words where its entry says that it has none. Null: to be read in another way. */
export interface ReadFiles {
  readonly entry: Uint8Array;
  readonly words: { readonly salt: Uint8Array; readonly body: Uint8Array } | null;
}

/** Many entries as one message: all bytes in a row, and of each entry the lengths of entry, salt and body. */
export interface PackedLeaves {
  readonly bytes: Uint8Array;
  /** Three for each; -1 where there is no such file to be read, -1 -1 -1 where the entry is to be read in another way. */
  readonly lengths: Int32Array;
}

/** Larger files are not read here. */
const MOST_BYTES = 64 * 1024;
const SALT_BYTES = 32;
const room = Buffer.allocUnsafeSlow(MOST_BYTES + 1);

/** Reads the entries in these folders, in their order. After the first call that fails for another reason than that something is not there, no further one is made: a share that is gone lets each wait. */
export function readBatch(folders: readonly string[]): PackedLeaves {
  const lengths = new Int32Array(folders.length * 3).fill(-1);
  const pieces: Uint8Array[] = [];
  try {
    for (const [i, folder] of folders.entries()) {
      const read = readFiles(folder);
      // Where one has no entry, there is most likely none behind it.
      if (read === 'free') break;
      if (read === null) continue;
      const files = [read.entry, ...(read.words === null ? [] : [read.words.salt, read.words.body])];
      for (const [n, file] of files.entries()) lengths[3 * i + n] = file.length;
      pieces.push(...files);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  // Of its own, so that no more than it holds is handed over.
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { bytes, lengths };
}

/** The entries of a message, in their order. */
export function unpacked({ bytes, lengths }: PackedLeaves): readonly (ReadFiles | null)[] {
  const all: (ReadFiles | null)[] = [];
  let at = 0;
  const next = (length: number): Uint8Array => bytes.subarray(at, (at += length));
  for (let i = 0; i < lengths.length; i += 3) {
    const [entry = -1, salt = -1, body = -1] = lengths.subarray(i, i + 3);
    if (entry < 0) all.push(null);
    else all.push({ entry: next(entry), words: salt < 0 ? null : { salt: next(salt), body: next(body) } });
  }
  return all;
}

function readFiles(folder: string): ReadFiles | 'free' | null {
  let size: number | 'none' | null = null;
  const entry = readWhole(`${folder}/entry.json`, (bytes) => (size = sizeOfBody(bytes)) !== null);
  if (entry === null) return 'free';
  if (size === null) return null;
  if (size === 'none') return { entry, words: null };
  const salt = readOf(`${folder}/body.salt`, SALT_BYTES);
  const body = salt === null ? null : readOf(`${folder}/body.json`, size);
  return salt === null || body === null ? null : { entry, words: { salt, body } };
}

/** The length that an entry gives its body; null where these bytes are no entry, or not all of it: no beginning of a JSON object is one. */
function sizeOfBody(entry: Buffer): number | 'none' | null {
  try {
    const { body } = JSON.parse(entry.toString('utf8')) as { readonly body?: { readonly size?: unknown } | null };
    if (body === null) return 'none';
    return typeof body?.size === 'number' && body.size <= MOST_BYTES ? body.size : null;
  } catch {
    return null;
  }
}

/** The bytes of a file of this length; null where it is not there, or has another. */
function readOf(file: string, length: number): Uint8Array | null {
  const bytes = readWhole(file, (read) => read.length === length);
  return bytes?.length === length ? bytes : null;
}

/** Reads until `isWhole` says so or nothing more comes: a share may answer with less than there is. Null where the file is not there; one that is too large comes as the beginning that was read. */
function readWhole(file: string, isWhole: (bytes: Buffer) => boolean): Uint8Array | null {
  let descriptor;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    let length = 0;
    for (;;) {
      const more = readSync(descriptor, room, length, room.length - length, null);
      length += more;
      const bytes = room.subarray(0, length);
      // Of its own: the room is filled anew.
      if (more === 0 || length === room.length || isWhole(bytes)) return new Uint8Array(bytes);
    }
  } finally {
    closeSync(descriptor);
  }
}
