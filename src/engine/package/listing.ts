import { createHash } from 'node:crypto';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { Sha256 } from '../../contract/index.ts';
import { versionName } from '../../contract/index.ts';
import { csvRecord } from './csv.ts';
import { PayloadNames } from './payload-name.ts';
import type { StoredFile } from './stored-file.ts';
import type { PackageFile, VersionPackageInput } from './types.ts';
import { oneLine, stopIfAsked } from './words.ts';

/** A file of the version with its name in the package. */
export interface PayloadFile extends PackageFile, StoredFile {
  /** `data/…` */
  readonly name: string;
}

/** Names made between two turns of the event loop: a few milliseconds of work. */
const NAMES_PER_TURN = 500;

/**
 * The version's files in order, each with its name. The same each time, so that lists of any length are written without being kept. Throws CancelledError;
 * an Error where the files are not in order.
 */
export async function* payloadFiles(input: VersionPackageInput, signal: AbortSignal): AsyncGenerator<PayloadFile> {
  const names = new PayloadNames();
  const version = versionName(input.dataset, input.version);
  let previous: string | null = null;
  let count = 0;
  for await (const file of input.files()) {
    if (++count % NAMES_PER_TURN === 0) await turnOfLoop();
    stopIfAsked(signal);
    if (previous !== null && previous >= file.path) throw new Error(`The files of ${version} came out of order: ${oneLine(file.path)}`);
    previous = file.path;
    yield {
      path: file.path,
      sha256: file.sha256,
      size: file.size,
      mtime: file.mtime,
      stored: file.stored,
      name: `data/${names.map(file.path)}`,
      what: `"${oneLine(file.path)}" in ${version}`,
    };
  }
}

/** A line of a manifest: RFC 8493 section 2.1.3, and what `sha256sum -c` reads. */
export function manifestLine(sha256: Sha256, name: string): string {
  return `${sha256}  ${name}\n`;
}

export const NAMES_HEADER = csvRecord(['payload', 'logical', 'sha256', 'size', 'mtime']);

export function namesRecord(file: PayloadFile): string {
  return csvRecord([file.name, file.path, file.sha256, String(file.size), file.mtime ?? '']);
}

const PIECE_CHARACTERS = 1 << 16;

/** UTF-8 of many short texts in pieces of about 64 KiB. */
export async function* pieces(texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Uint8Array> {
  let waiting = '';
  for await (const text of texts) {
    waiting += text;
    if (waiting.length >= PIECE_CHARACTERS) {
      yield Buffer.from(waiting, 'utf8');
      waiting = '';
    }
  }
  if (waiting !== '') yield Buffer.from(waiting, 'utf8');
}

/** Size and sums of bytes. */
export interface Measure {
  readonly size: number;
  readonly crc: number;
  readonly sha256: Sha256;
}

export function measureOf(bytes: Uint8Array): Measure {
  const measuring = new Measuring();
  measuring.add(bytes);
  return measuring.result();
}

class Measuring {
  readonly #hash = createHash('sha256');
  #crc = 0;
  #size = 0;
  #waiting = '';

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
  }

  addText(text: string): void {
    this.#waiting += text;
    if (this.#waiting.length >= PIECE_CHARACTERS) this.#takeWaiting();
  }

  result(): Measure {
    this.#takeWaiting();
    return { size: this.#size, crc: this.#crc, sha256: this.#hash.digest('hex') as Sha256 };
  }

  #takeWaiting(): void {
    if (this.#waiting !== '') this.add(Buffer.from(this.#waiting, 'utf8'));
    this.#waiting = '';
  }
}

/** What the two lists of files will be. Throws an Error where the files do not add up to the announced counts. */
export async function measureLists(input: VersionPackageInput, signal: AbortSignal): Promise<{ manifest: Measure; names: Measure }> {
  const manifest = new Measuring();
  const names = new Measuring();
  let files = 0;
  let octets = 0;
  names.addText(NAMES_HEADER);
  for await (const file of payloadFiles(input, signal)) {
    manifest.addText(manifestLine(file.sha256, file.name));
    names.addText(namesRecord(file));
    files++;
    octets += file.size;
  }
  if (files !== input.counts.files || octets !== input.counts.octets) {
    const expected = `${input.counts.files} files with ${input.counts.octets} bytes`;
    throw new Error(`${versionName(input.dataset, input.version)} should have ${expected}, but ${files} with ${octets} were listed.`);
  }
  return { manifest: manifest.result(), names: names.result() };
}
