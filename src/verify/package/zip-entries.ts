import { fromRandomAccessReaderPromise } from 'yauzl';
import type { Entry } from 'yauzl';
import { fromUtf8 } from '../../core/index.ts';
import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Spot } from './spots.ts';
import { SpotList } from './spots.ts';
import type { WindowReader } from './zip-reader.ts';

/** One file in a zip: where its bytes are, and how they are kept. */
export interface ZipFileEntry {
  /** Relative to the one top folder. */
  readonly path: string;
  readonly size: number;
  readonly crc: number;
  readonly stored: boolean;
  readonly packedSize: number;
  readonly start: number;
}

const LOCAL_HEADER = 0x04034b50;
const END_RECORD = 0x06054b50;
const ZIP64_RECORD = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const DESCRIPTOR_FLAG = 0x8;
const ENCRYPTED_FLAG = 0x1;
/** Bytes of a data descriptor: with or without signature, with sizes of 4 or 8 bytes. */
const DESCRIPTOR_SIZES: readonly number[] = [12, 16, 20, 24];
const UNIX = 3;

/**
 * Lists the files of a zip, and refuses what an honest writer never makes. Each byte of the file must belong to exactly one entry or to the
 * directory: what lies between could be shown by one program and not by another.
 */
export async function listZip(reader: WindowReader, size: number, findings: Findings, meter: Meter): Promise<{ readonly top: string; readonly files: ZipFileEntry[] } | null> {
  const unsafe = (path: string, message: string): void => {
    findings.add('ZIP_UNSAFE', path, message);
  };
  let spots: SpotList;
  try {
    spots = await readDirectory(reader, size, unsafe, meter);
  } catch (error) {
    // What yauzl refuses is a plain Error, and a place outside the file a RangeError; anything else is a mistake here.
    if (!(error instanceof Error) || error instanceof TypeError || error instanceof ReferenceError) throw error;
    meter.check();
    findings.add('ZIP_UNREADABLE', '', `The zip file cannot be read: ${error.message.replace(/\.$/, '')}.`);
    return null;
  }
  const [top = ''] = spots.names()[0]?.split('/') ?? [];
  if (spots.names().some((name) => !name.startsWith(`${top}/`))) unsafe('', 'The zip file has more than one top folder, or files outside it.');
  reportTwins(spots.names(), unsafe);
  const files: ZipFileEntry[] = [];
  for (const { name, size: bytes, crc, stored, packedSize, start } of spots) {
    if (start === null) unsafe(name, 'This file is described differently at its place and in the directory of the zip file.');
    else if (!name.endsWith('/')) {
      files.push({ path: name.slice(top.length + 1), size: bytes, crc, stored, packedSize, start });
    }
  }
  return { top, files };
}

/** @param isLoose only some bytes of the zip belong to none of its files; else something in it is meant to deceive */
export type Unsafe = (path: string, message: string, isLoose?: boolean) => void;

/** The entries of a zip with their full names, folders too. Throws what yauzl refuses, and a RangeError for a place outside the file. */
export async function readDirectory(reader: WindowReader, size: number, unsafe: Unsafe, meter: Meter): Promise<SpotList> {
  const zip = await fromRandomAccessReaderPromise(reader, size, { autoClose: false, decodeStrings: false, validateEntrySizes: true });
  // The types call this a boolean; it is where the directory begins, and after the last entry where it ends.
  const directoryStart = Number(zip.readEntryCursor);
  const spots = new SpotList();
  for await (const entry of zip.eachEntry()) {
    const name = fromUtf8(entry.fileNameRaw);
    if (name === null) throw new Error('a name in it is not UTF-8');
    const fault = nameFault(name) ?? entryFault(entry, name);
    if (fault === null) spots.add(spotOf(reader, entry, name));
    else unsafe(name, fault);
    await meter.breathe();
  }
  if (!endsWell(reader, size, directoryStart, Number(zip.readEntryCursor), zip.entryCount)) unsafe('', 'The zip file holds data behind its directory, or its end says something else.', true);
  checkCoverage(spots, directoryStart, unsafe);
  spots.close();
  return spots;
}

/**
 * Whether the directory fills all that lies between its first byte and the records at the end, and these say the same of it. A comment would be
 * data after the end. APPNOTE sections 4.3.14 to 4.3.16.
 */
function endsWell(reader: WindowReader, size: number, start: number, end: number, count: number): boolean {
  const record = Buffer.from(reader.bytes(size - 22, 22));
  if (record.readUInt32LE() !== END_RECORD || record.readUInt32LE(4) !== 0 || record.readUInt16LE(8) !== record.readUInt16LE(10)) return false;
  const said = { count: record.readUInt16LE(10), length: record.readUInt32LE(12), start: record.readUInt32LE(16) };
  const fits = (value: number, real: number, isMore: number): boolean => value === real || value === isMore;
  if (!fits(said.count, count, 0xffff) || !fits(said.length, end - start, 0xffffffff) || !fits(said.start, start, 0xffffffff)) return false;
  if (end === size - 22) return true;
  if (end !== size - 98) return false;
  const zip64 = Buffer.from(reader.bytes(end, 76));
  const numbers = [24, 32, 40, 48].map((at) => Number(zip64.readBigUInt64LE(at)));
  const locator = zip64.readUInt32LE(56) === ZIP64_LOCATOR && Number(zip64.readBigUInt64LE(64)) === end && zip64.readUInt32LE(60) === 0;
  return locator && zip64.readUInt32LE() === ZIP64_RECORD && zip64.readBigUInt64LE(16) === 0n && [count, count, end - start, start].every((value, i) => value === numbers[i]);
}

function nameFault(name: string): string | null {
  const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'This name could lead to a place outside the package.';
  if (/[\\\u0000-\u001f\u007f]/.test(name) || /^[A-Za-z]:/.test(name)) return 'This name could lead to a place outside the package.';
  return null;
}

function entryFault(entry: Entry, name: string): string | null {
  if ((entry.generalPurposeBitFlag & ENCRYPTED_FLAG) !== 0) return 'This file is encrypted.';
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) return 'This file is packed in a way that is not known here.';
  if (name.endsWith('/') && entry.uncompressedSize > 0) return 'This folder holds data.';
  const kind = entry.versionMadeBy >> 8 === UNIX ? (entry.externalFileAttributes >>> 16) & 0o170000 : 0;
  return kind === 0 || kind === (name.endsWith('/') ? 0o040000 : 0o100000) ? null : 'This is a link or another special file.';
}

/** Names that are the same, also where a file system ignores case or normalizes. */
function reportTwins(all: readonly string[], unsafe: Unsafe): void {
  const names = new Set<string>();
  for (const name of all) {
    const key = name.normalize('NFC').toUpperCase().toLowerCase();
    if (names.has(key)) unsafe(name, 'The zip file holds this name twice, or in two spellings that some systems take for one.');
    names.add(key);
  }
}

function checkCoverage(spots: SpotList, directoryStart: number, unsafe: Unsafe): void {
  let end = 0;
  let descriptor = false;
  let overlaps = false;
  const joins = (next: number): boolean => next === end || (descriptor && DESCRIPTOR_SIZES.includes(next - end));
  let isWhole = true;
  for (const { offset, start, packedSize, hasDescriptor } of spots.inPlace()) {
    overlaps ||= offset < end;
    isWhole &&= joins(offset);
    end = (start ?? offset) + packedSize;
    descriptor = hasDescriptor;
  }
  overlaps ||= directoryStart < end;
  if (overlaps) unsafe('', 'The zip file holds files that lie over one another.');
  else if (!isWhole || !joins(directoryStart)) unsafe('', 'The zip file holds data that belongs to none of its files.', true);
}

/** What is kept of an entry: yauzl's own object would take a kilobyte for each. */
function spotOf(reader: WindowReader, entry: Entry, name: string): Spot {
  return {
    name,
    size: entry.uncompressedSize,
    crc: entry.crc32,
    stored: entry.compressionMethod === 0,
    packedSize: entry.compressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
    hasDescriptor: (entry.generalPurposeBitFlag & DESCRIPTOR_FLAG) !== 0,
    start: dataStart(reader, entry),
  };
}

function dataStart(reader: WindowReader, entry: Entry): number | null {
  const at = entry.relativeOffsetOfLocalHeader;
  const wanted = entry.fileNameRaw.length;
  const header = reader.header(at, 30 + wanted);
  const nameLength = header.readUInt16LE(26);
  const start = at + 30 + nameLength + header.readUInt16LE(28);
  const same =
    header.readUInt32LE(0) === LOCAL_HEADER &&
    header.readUInt16LE(8) === entry.compressionMethod &&
    header.readUInt16LE(6) === entry.generalPurposeBitFlag &&
    nameLength === wanted &&
    saysTheSame(header, entry) &&
    header.subarray(30).equals(entry.fileNameRaw);
  return same ? start : null;
}

/** Check sum and sizes in a local header. With a descriptor after the data they may be zero; a size that needs zip64 stands in the extra field, which is not read. */
function saysTheSame(header: Buffer, entry: Entry): boolean {
  const hasDescriptor = (entry.generalPurposeBitFlag & DESCRIPTOR_FLAG) !== 0;
  const same = (at: number, value: number): boolean => {
    const said = header.readUInt32LE(at);
    return said === value || (hasDescriptor && said === 0) || (at > 14 && said === 0xffffffff);
  };
  return same(14, entry.crc32) && same(18, entry.compressedSize) && same(22, entry.uncompressedSize);
}
