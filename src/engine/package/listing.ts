import { createHash } from 'node:crypto';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { Sha256 } from '../../contract/index.ts';
import { csvRecord } from './csv.ts';
import { FILE_LIST_HEADER, fileListRecord, METADATA_HEADER, metadataRecords } from './nara.ts';
import { PayloadNames } from './payload-name.ts';
import type { PackagePlan, PlannedVersion } from './plan.ts';
import type { StoredFile } from './stored-file.ts';
import type { PackageFile } from './types.ts';
import { oneLine, stopIfAsked } from './words.ts';

/** A file of the version with its name in the package. */
export interface PayloadFile extends PackageFile, StoredFile {
  /** `data/…` */
  readonly name: string;
}

/** Names made between two turns of the event loop: a few milliseconds of work. */
const NAMES_PER_TURN = 500;

/**
 * The version's files in order, each with its name. The same each time, so that lists of any length are written without being kept; a short one is kept, because asking the catalog
 * and making names anew for each of six lists takes longer than to write them. Throws CancelledError; an Error where the files are not in order.
 */
export async function* payloadFiles(version: PlannedVersion, signal: AbortSignal): AsyncGenerator<PayloadFile> {
  const { kept } = version;
  if (kept !== null && kept.files !== null) {
    for (const file of kept.files) yield file;
    return;
  }
  const keeping: PayloadFile[] | null = kept === null ? null : [];
  for await (const file of namedFiles(version, signal)) {
    keeping?.push(file);
    yield file;
  }
  if (kept !== null) kept.files = keeping;
}

async function* namedFiles({ content, name, data }: PlannedVersion, signal: AbortSignal): AsyncGenerator<PayloadFile> {
  const names = new PayloadNames();
  let previous: string | null = null;
  let count = 0;
  for await (const file of content.files()) {
    if (++count % NAMES_PER_TURN === 0) await turnOfLoop();
    stopIfAsked(signal);
    if (previous !== null && previous >= file.path) throw new Error(`The files of ${name} came out of order: ${oneLine(file.path)}`);
    previous = file.path;
    yield {
      path: file.path,
      sha256: file.sha256,
      size: file.size,
      mtime: file.mtime,
      stored: file.stored,
      name: `${data}${names.map(file.path)}`,
      what: `"${oneLine(file.path)}" in ${name}`,
    };
  }
}

/** A line of a manifest: RFC 8493 section 2.1.3, and what `sha256sum -c` reads. */
export function manifestLine(sha256: Sha256, name: string): string {
  return `${sha256}  ${name}\n`;
}

/** The lists that have a record for every file of one version: docs/formats/export.md sections 4 and 4.1. */
export interface FileList {
  readonly name: 'names.csv' | 'nara-metadata.psv' | 'nara-file-list.psv';
  readonly header: string;
  record(version: PlannedVersion): (file: PayloadFile) => string;
}

export const fileLists: readonly FileList[] = [
  {
    name: 'names.csv',
    header: csvRecord(['payload', 'logical', 'sha256', 'size', 'mtime']),
    record: () => (file) => csvRecord([file.name, file.path, file.sha256, String(file.size), file.mtime ?? '']),
  },
  { name: 'nara-metadata.psv', header: METADATA_HEADER, record: metadataRecords },
  { name: 'nara-file-list.psv', header: FILE_LIST_HEADER, record: (version) => (file) => fileListRecord(version, file) },
];

/** The text of one list, record by record. */
export async function* listLines(list: FileList, version: PlannedVersion, signal: AbortSignal): AsyncGenerator<string> {
  yield list.header;
  const record = list.record(version);
  for await (const file of payloadFiles(version, signal)) yield record(file);
}

/** The text of the payload manifest, line by line. */
export async function* manifestLines(plan: PackagePlan, signal: AbortSignal): AsyncGenerator<string> {
  for (const version of plan.versions) {
    for await (const file of payloadFiles(version, signal)) yield manifestLine(file.sha256, file.name);
  }
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

/** What the lists of files will be; those of a version by the path in the package. */
export interface MeasuredLists {
  readonly manifest: Measure;
  readonly lists: ReadonlyMap<string, Measure>;
}

/** Goes through the files once and measures all lists. Throws an Error where the files do not add up to the announced counts. */
export async function measureLists(plan: PackagePlan, signal: AbortSignal): Promise<MeasuredLists> {
  const manifest = new Measuring();
  const lists = new Map<string, Measure>();
  for (const version of plan.versions) {
    const measured = fileLists.map((list) => ({ path: version.said + list.name, measuring: new Measuring(), header: list.header, record: list.record(version) }));
    for (const { measuring, header } of measured) measuring.addText(header);
    let files = 0;
    let octets = 0;
    for await (const file of payloadFiles(version, signal)) {
      manifest.addText(manifestLine(file.sha256, file.name));
      for (const { measuring, record } of measured) measuring.addText(record(file));
      files++;
      octets += file.size;
    }
    const { counts } = version.content;
    if (files !== counts.files || octets !== counts.octets) {
      throw new Error(`${version.name} should have ${counts.files} files with ${counts.octets} bytes, but ${files} with ${octets} were listed.`);
    }
    for (const { path, measuring } of measured) lists.set(path, measuring.result());
  }
  return { manifest: manifest.result(), lists };
}
