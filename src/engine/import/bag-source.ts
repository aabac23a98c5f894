import { createReadStream } from 'node:fs';
import { lstat, open, opendir, readdir, stat } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { open as openZip } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { HmsError, instantOf } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';
import { ifMissing } from '../lake/index.ts';
import { notAFile, piecesOfFile, unreadable } from './pieces.ts';

/** One file of a bag, wherever that lies. */
export interface BagEntry {
  /** From the folder or archive on, `/` between parts. */
  readonly path: string;
  readonly size: number;
  readonly mtime: Instant | null;
  /** Only before the next entry is asked for. Each piece is good until the next. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** All files of a bag, in an order of its own; may be gone through several times. */
export type BagEntries = () => AsyncIterable<BagEntry>;

/** The files of a bag in a folder, a zip or a tar (also one packed with gzip); null where the path is none of these. */
export async function bagEntries(path: string): Promise<BagEntries | null> {
  const stats = await stat(path).catch(ifMissing(null));
  if (stats?.isDirectory() === true) {
    const folder = await bagFolder(path);
    return folder === null ? null : () => folderEntries(folder, '');
  }
  if (stats?.isFile() !== true) return null;
  const start = await firstBytes(path, 512);
  if (start.toString('latin1', 0, 4) === 'PK\u0003\u0004') return () => zipEntries(path);
  if (start[0] === 0x1f && start[1] === 0x8b) return () => tarEntries(path, true);
  return start.toString('latin1', 257, 262) === 'ustar' ? () => tarEntries(path, false) : null;
}

/** The folder itself, or the only folder in it, which programs that unpack often put around it. */
async function bagFolder(path: string): Promise<string | null> {
  const isBag = (folder: string): Promise<boolean> => lstat(join(folder, 'bagit.txt')).then((stats) => stats.isFile(), ifMissing(false));
  if (await isBag(path)) return path;
  const [only, ...others] = await readdir(path, { withFileTypes: true });
  return only?.isDirectory() === true && others.length === 0 && (await isBag(join(path, only.name))) ? join(path, only.name) : null;
}

async function firstBytes(path: string, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, 0);
    return buffer;
  } finally {
    await handle.close();
  }
}

async function* folderEntries(root: string, below: string): AsyncGenerator<BagEntry> {
  const folders: string[] = [];
  const folder = await opendir(join(root, ...below.split('/')), { encoding: 'buffer' as BufferEncoding, bufferSize: 1_000 });
  for await (const item of folder) {
    const bytes = item.name as unknown as Buffer;
    if (!isUtf8(bytes)) throw badName(join(root, below), bytes);
    const name = bytes.toString('utf8');
    const path = below === '' ? name : `${below}/${name}`;
    const file = root + sep + (sep === '/' ? path : path.replaceAll('/', sep));
    if (item.isDirectory()) {
      folders.push(path);
      continue;
    }
    const stats = await lstat(file);
    if (!stats.isFile()) throw notAFile(file);
    yield { path, size: stats.size, mtime: instantOf(stats.mtimeMs), pieces: () => piecesOfFile(file) };
  }
  for (const path of folders) yield* folderEntries(root, path);
}

async function* zipEntries(path: string): AsyncGenerator<BagEntry> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    openZip(path, { lazyEntries: true, autoClose: false, decodeStrings: true, validateEntrySizes: true }, (error, opened) => {
      if (error !== null) reject(broken(path, error));
      else resolve(opened);
    });
  });
  try {
    for (let entry = await nextEntry(zip, path); entry !== null; entry = await nextEntry(zip, path)) {
      if (entry.fileName.endsWith('/')) continue;
      const { fileName, uncompressedSize } = entry;
      const found = entry;
      // The time in a zip has no zone and is even seconds only: it says nothing that could be testified to.
      yield { path: fileName, size: uncompressedSize, mtime: null, pieces: () => zipPieces(zip, found, path) };
    }
  } finally {
    zip.close();
  }
}

function nextEntry(zip: ZipFile, path: string): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error');
      then();
    };
    zip.on('entry', (entry: Entry) => settle(() => resolve(entry)));
    zip.on('end', () => settle(() => resolve(null)));
    zip.on('error', (error: Error) => settle(() => reject(broken(path, error))));
    zip.readEntry();
  });
}

async function* zipPieces(zip: ZipFile, entry: Entry, path: string): AsyncGenerator<Uint8Array> {
  const stream = await new Promise<AsyncIterable<Uint8Array>>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => {
      if (error !== null) reject(broken(path, error));
      else resolve(opened as AsyncIterable<Uint8Array>);
    });
  });
  try {
    yield* stream;
  } catch (error) {
    throw broken(`${path}: ${entry.fileName}`, error);
  }
}

async function* tarEntries(path: string, packed: boolean): AsyncGenerator<BagEntry> {
  const tar = extract();
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  const over = (): void => {
    // An error of any part ends the iteration below with that error.
  };
  if (packed) pipeline(source, createGunzip(), tar, over);
  else pipeline(source, tar, over);
  try {
    for await (const entry of tar) {
      const { name, type, size = 0, mtime } = entry.header;
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      if (type !== 'file' && type !== 'contiguous-file') throw notAFile(`${path}: ${name}`);
      yield { path: name.replace(/^(?:\.\/)+/, ''), size, mtime: mtime === undefined ? null : instantOf(mtime.getTime()), pieces: () => entry as AsyncIterable<Uint8Array> };
      entry.resume();
    }
  } catch (error) {
    throw error instanceof HmsError ? error : broken(path, error);
  } finally {
    source.destroy();
  }
}

function broken(path: string, error: unknown): unknown {
  const why = unreadable(error, path);
  if (why !== error) return why;
  return new HmsError('SOURCE_REFUSED', `"${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { kept: 'It was not imported.', next: 'Ask whoever made it for another copy.', cause: error });
}

function badName(folder: string, bytes: Uint8Array): HmsError {
  return new HmsError('SOURCE_REFUSED', `A name in "${folder}" is not UTF-8 (its bytes: ${Buffer.from(bytes).toString('hex')}).`, { kept: 'It was not imported.', next: 'Ask whoever made the bag for it in a zip or tar with UTF-8 names.' });
}
