import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { CancelledError, HmsError } from '../contract/index.ts';
import type { FileRemark, FileRow, RowFile, SourceFormat } from './contracts/index.ts';
import { codeOf, placeError } from './lake/index.ts';
import { otherKind } from './other-kind.ts';
import { ParquetRows } from './parquet-rows.ts';
import type { QuerySession } from './query/index.ts';
import { SNIFF_BYTES } from './raw/index.ts';
import type { ScratchFolder } from './transform-world.ts';
import { BARE, dialectOf, FileRefusal, jsonRecords, membersOf, otherDelimiter, QUOTED_DOUBLED, Rows, SAMPLE_BYTES, startOf, Stopped } from './transforms/index.ts';
import type { ReadWatch, StoredSource } from './transforms/index.ts';

/** Files that people bring, as rows for checks and drafts of contracts. */

/** How a file is written, as far as it is told. */
export interface FileForm {
  readonly format: SourceFormat;
  readonly delimiter: string | null;
  readonly quote: string | null;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | null;
  /** Line of the contract that says the delimiter. */
  readonly delimiterLine?: number;
}

export interface BroughtFile {
  /** Its name, without folder. */
  readonly name: string;
  /** Where plain bytes are: the file itself, or what was unpacked from it. */
  readonly path: string;
  readonly size: number;
}

const NOTHING = 'Nothing was changed.';
const UNPACKED = 1_000;
/** What unpacks to more is refused, whatever it began as. */
const MOST_UNPACKED = 200 * 2 ** 30;

export interface BringAs {
  /** What it is called; its name in its folder where that is left out. */
  readonly name?: string;
  /** Number of the scratch folder's input that it is unpacked to. */
  readonly slot?: number;
  /** What unpacks to more bytes is refused. */
  readonly mostUnpacked?: number;
}

/** Looks a file up and unpacks it where it is compressed (gzip). Unpacking needs a scratch folder, which is only asked for then. */
export async function bringFile(path: string, scratch: () => Promise<ScratchFolder>, signal: AbortSignal, as: BringAs = {}): Promise<BroughtFile> {
  const file = resolve(path);
  const stats = await stat(file).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw new HmsError('FILE_UNKNOWN', `There is no file ${path}.`, { kept: NOTHING });
    throw placeError(error, `Reading ${path}`, NOTHING);
  });
  if (!stats.isFile()) throw new HmsError('USAGE', `${path} is not a file.`, { kept: NOTHING });
  const { name = basename(file), slot = UNPACKED, mostUnpacked = MOST_UNPACKED } = as;
  if (!(await isGzip(file))) return { name, path: file, size: stats.size };
  const folder = await scratch();
  const plain = folder.input(slot);
  await folder.write(plain, unpacked(file, name, mostUnpacked, signal));
  return { name, path: plain, size: (await stat(plain)).size };
}

async function isGzip(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw placeError(error, `Reading ${file}`, NOTHING);
  }
}

async function* unpacked(file: string, name: string, most: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let size = 0;
  const source = createReadStream(file);
  const unpack = createGunzip();
  source.on('error', (error) => unpack.destroy(error));
  try {
    for await (const piece of source.pipe(unpack)) {
      if (signal.aborted) throw new CancelledError(NOTHING);
      size += (piece as Uint8Array).length;
      if (size > most) throw new HmsError('CONTENT_REFUSED', `"${name}" unpacks to more than ${most.toLocaleString('en-US')} bytes.`, { kept: NOTHING });
      yield piece as Uint8Array;
    }
  } catch (error) {
    if (codeOf(error).startsWith('Z_')) throw new HmsError('CONTENT_REFUSED', `"${name}" is compressed and cannot be unpacked: it is damaged, or was cut off.`, { kept: NOTHING });
    throw error;
  } finally {
    source.destroy();
  }
}

/** The format that a file's name tells; null where it tells none. `.gz` behind it is passed over. */
export function formatOf(name: string): SourceFormat | null {
  const ending = /\.([^.]+)$/.exec(name.replace(/\.gz$/i, ''))?.[1]?.toLowerCase() ?? '';
  const formats: Readonly<Record<string, SourceFormat>> = { csv: 'csv', txt: 'csv', tsv: 'tsv', tab: 'tsv', json: 'json', geojson: 'json', ndjson: 'ndjson', jsonl: 'ndjson', parquet: 'parquet' };
  return formats[ending] ?? null;
}

/** The delimiter and encoding with which a text file will be read, where it is not told: for drafts, which write it down. */
export function dialectIn(file: BroughtFile, form: FileForm): { readonly delimiter: string; readonly encoding: NonNullable<FileForm['encoding']> } {
  const sample = startOf(file.path, SAMPLE_BYTES);
  const told = readingOf(form);
  const { delimiter, encoding, mark } = dialectOf(sample, told);
  // Text without a mark that is not UTF-8 is nearly always from an older Windows program; the sample may end in the middle of a character.
  const isBroken = form.encoding === null && mark === 0 && encoding === 'utf-8' && !isUtf8(wholeCharacters(sample));
  return { delimiter, encoding: isBroken ? 'windows-1252' : encoding };
}

function wholeCharacters(sample: Uint8Array): Uint8Array {
  if (sample.length < SAMPLE_BYTES) return sample;
  let end = sample.length;
  while (end > sample.length - 4 && ((sample[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return sample.subarray(0, Math.max(0, end - 1));
}

export function readingOf({ format, delimiter, quote, encoding }: FileForm): ConstructorParameters<typeof Rows>[1] {
  return { ragged: 'fill', ...(format === 'tsv' ? { delimiter: '\t' } : delimiter === null ? {} : { delimiter }), ...(quote === null ? {} : { quote }), ...(encoding === null ? {} : { encoding }) };
}

export interface RowOptions {
  readonly signal: AbortSignal;
  /** Bytes that were read. */
  readonly onBytes: (bytes: number) => void;
  /** For Parquet: the query process, opened for the file. */
  readonly session: (() => Promise<QuerySession>) | null;
  /** Headers that say which delimiter is meant. */
  readonly wanted?: readonly string[];
}

export function openRows(file: BroughtFile, form: FileForm, options: RowOptions): RowFile {
  if (form.format === 'parquet') return new ParquetRows(file, options);
  return form.format === 'csv' || form.format === 'tsv' ? new CsvRows(file, form, options) : new JsonRows(file, options);
}

/** Rows between two pauses: a few milliseconds of work. */
const BETWEEN = 2_000;

function sourceOf({ name, path, size }: BroughtFile): StoredSource {
  return { ref: '', path: name, stored: path, sha256: null, size };
}

function watchOf({ signal, onBytes }: RowOptions): ReadWatch {
  return { stopped: () => signal.aborted, progressed: onBytes };
}

/** What a file's own faults become: a remark, and the end of its rows. Everything else is thrown. */
function remarkOf(error: unknown): FileRemark {
  if (error instanceof Stopped) throw new CancelledError(NOTHING);
  if (error instanceof FileRefusal) return { kind: 'UNREADABLE', message: error.message, count: 1, lines: [] };
  throw placeError(error, 'Reading the file', NOTHING);
}

class CsvRows implements RowFile {
  readonly lineWord = 'line';
  names: readonly string[] = [];
  readonly #rows: Rows | null;
  readonly #form: FileForm;
  readonly #bad: number[] = [];
  #badCount = 0;
  readonly #remarks: FileRemark[] = [];

  constructor(file: BroughtFile, form: FileForm, options: RowOptions) {
    this.#form = form;
    let rows: Rows | null = null;
    try {
      const head = startOf(file.path, SNIFF_BYTES);
      const kind = otherKind(file.name, head, head.length === file.size, form.encoding);
      if (kind !== null) this.#remarks.push(kind);
      else rows = new Rows(sourceOf(file), readingOf(form), options.wanted ?? [], watchOf(options), (bytes, line) => this.#look(bytes, line));
      if (rows === null) return;
      const other = rows.readHeader() && form.delimiter !== null && options.wanted !== undefined ? otherDelimiter(startOf(file.path, SAMPLE_BYTES), rows.dialect, options.wanted) : null;
      if (other !== null) this.#remarks.push(dividedOtherwise(form, other));
      else if (rows.header.length > 0) this.names = rows.header;
      else this.#remarks.push({ kind: 'EMPTY', message: 'The file is empty: it has no header that names its columns.', count: 1, lines: [] });
    } catch (error) {
      this.#remarks.push(remarkOf(error));
    } finally {
      this.#rows = rows;
    }
  }

  async read(visit: (row: FileRow) => void, pause: () => Promise<void>): Promise<void> {
    const rows = this.#rows;
    if (rows === null || this.names.length === 0) return;
    const told = this.#form.encoding;
    if (told !== null && rows.dialect.mark > 0 && rows.dialect.encoding !== told) {
      this.#remarks.push({ kind: 'ENCODING', message: `The file is written in ${rows.dialect.encoding}, as its byte order mark says, and the contract says ${told}.`, count: 1, lines: [1] });
    }
    const { row } = rows;
    const text = textReader(rows);
    const current = {
      line: 0,
      fields: 0,
      value: (place: number): string | null => {
        if (place >= row.fields) return null;
        const form = row.forms[place];
        const inset = form === BARE ? 0 : 1;
        const [start, end] = [(row.starts[place] as number) + inset, (row.ends[place] as number) - inset];
        if (start >= end) return form === BARE ? null : '';
        const found = text(start, end);
        return form === QUOTED_DOUBLED ? found.replaceAll(rows.dialect.quote + rows.dialect.quote, rows.dialect.quote) : found;
      },
    };
    try {
      for (let n = 1; rows.next(); n++) {
        if (!rows.isBlank) {
          current.line = rows.line;
          current.fields = row.fields;
          visit(current);
        }
        if (n % BETWEEN === 0) await pause();
      }
      rows.finish();
    } catch (error) {
      this.#remarks.push(remarkOf(error));
    }
  }

  remarks(): readonly FileRemark[] {
    if (this.#badCount === 0) return this.#remarks;
    const message = 'Lines are not UTF-8. If the file was written by an older Windows program, the contract says so: encoding: windows-1252.';
    return [...this.#remarks, { kind: 'ENCODING', message, count: this.#badCount, lines: this.#bad }];
  }

  close(): Promise<void> {
    this.#rows?.close();
    return Promise.resolve();
  }

  #look(bytes: Uint8Array, from: number): void {
    if (this.#rows !== null && this.#rows.dialect.encoding !== 'utf-8') return;
    if (isUtf8(bytes)) return;
    let line = from;
    for (let at = 0; at < bytes.length; line++) {
      const found = bytes.indexOf(10, at);
      const end = found < 0 ? bytes.length : found;
      if (!isUtf8(bytes.subarray(at, end))) {
        this.#badCount++;
        if (this.#bad.length < 20) this.#bad.push(line);
      }
      at = end + 1;
    }
  }
}

/** Nothing more is told of such a file: all of its columns would be strangers. */
function dividedOtherwise({ format, delimiter, delimiterLine }: FileForm, other: string): FileRemark {
  const called = (character: string): string => (character === '\t' ? 'tabs' : `"${character}"`);
  const where = delimiterLine === undefined ? 'the contract says' : `line ${delimiterLine} of the contract says`;
  const mend = format === 'tsv' ? `write there: format: csv, delimiter: ${JSON.stringify(other)}` : `write there: delimiter: ${JSON.stringify(other)}, or leave the delimiter out, so that each file tells its own`;
  return { kind: 'DELIMITER', message: `The file seems to be divided by ${called(other)}, and ${where} that files are divided by ${called(delimiter ?? '')}. Where the file is right, ${mend}.`, count: 1, lines: [1] };
}

/** The text between two places of the buffer, in units. */
function textReader(rows: Rows): (start: number, end: number) => string {
  const bufferOf = (): Buffer => Buffer.from(rows.bytes.buffer, rows.bytes.byteOffset, rows.bytes.length);
  let held = { bytes: rows.bytes, buffer: bufferOf() };
  const current = (): Buffer => {
    if (held.bytes !== rows.bytes) held = { bytes: rows.bytes, buffer: bufferOf() };
    return held.buffer;
  };
  switch (rows.dialect.encoding) {
    case 'utf-8':
      return (start, end) => current().toString('utf8', start, end);
    case 'utf-16le':
      return (start, end) => current().toString('utf16le', start * 2, end * 2);
    case 'utf-16be':
    case 'windows-1252': {
      const decoder = new TextDecoder(rows.dialect.encoding, { ignoreBOM: true });
      return (start, end) => decoder.decode(current().subarray(start * rows.unit, end * rows.unit));
    }
  }
}

const MOST_MEMBERS = 10_000;

class JsonRows implements RowFile {
  readonly lineWord = 'object';
  readonly names: string[] = [];
  readonly #file: BroughtFile;
  readonly #options: RowOptions;
  readonly #remarks: FileRemark[] = [];

  constructor(file: BroughtFile, options: RowOptions) {
    this.#file = file;
    this.#options = options;
  }

  async read(visit: (row: FileRow) => void, pause: () => Promise<void>): Promise<void> {
    const places = new Map<string, number>();
    let values: (string | null)[] = [];
    const current = { line: 0, fields: null, value: (place: number): string | null => values[place] ?? null };
    try {
      for (const record of jsonRecords(sourceOf(this.#file), watchOf(this.#options))) {
        current.line++;
        values = [];
        for (const [name, value] of membersOf(record)) {
          let place = places.get(name);
          if (place === undefined) {
            if (places.size >= MOST_MEMBERS) throw new FileRefusal('CONTENT_REFUSED', `The objects of the file have more than ${MOST_MEMBERS.toLocaleString('en-US')} different members.`);
            place = places.size;
            places.set(name, place);
            this.names.push(name);
          }
          if (values[place] !== undefined) throw new FileRefusal('CONTENT_REFUSED', `"${this.#file.name}" is not JSON that can be made a table: in object ${current.line.toLocaleString('en-US')}, the name ${JSON.stringify(name.slice(0, 100))} stands twice, and it is not said which of the values is meant.`);
          values[place] = value;
        }
        visit(current);
        if (current.line % BETWEEN === 0) await pause();
      }
      if (current.line === 0) this.#remarks.push({ kind: 'EMPTY', message: 'The file has no objects.', count: 1, lines: [] });
    } catch (error) {
      this.#remarks.push(remarkOf(error));
    }
  }

  remarks(): readonly FileRemark[] {
    return this.#remarks;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
