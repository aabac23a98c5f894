import type { Instant } from '../../contract/index.ts';

/** The records of a zip whose entries are stored: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3. docs/formats/export.md section 10. */

const LIMIT_16 = 0xffff;
const LIMIT_32 = 0xffffffff;

/** Bit 11: the name is UTF-8. */
const UTF8 = 0x0800;
/** Bit 3: the check sum follows the data. */
const DESCRIPTOR = 0x0008;
const VERSION_PLAIN = 20;
const VERSION_ZIP64 = 45;
/** Made on Unix, so that readers take the mode from the external attributes. */
const MADE_BY_UNIX = (3 << 8) | VERSION_ZIP64;
const FILE_0644 = 0o100644;
const FOLDER_0755 = 0o040755;
const DOS_FOLDER = 0x10;

export interface ZipEntry {
  /** UTF-8 bytes; a folder's name ends in `/`. */
  readonly name: Uint8Array;
  /** Octets. */
  readonly size: number;
  /** null: not known before the data; a data descriptor carries it. */
  readonly crc: number | null;
  /** Date and time of section 4.4.6, the date in the upper 16 bits. */
  readonly dosTime: number;
}

/** The fields that are the same in both headers, from "version needed" up to the lengths. */
function commonFields(entry: ZipEntry, crc: number, zip64: boolean, extraLength: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(zip64 ? VERSION_ZIP64 : VERSION_PLAIN, 0);
  fields.writeUInt16LE(UTF8 | (entry.crc === null ? DESCRIPTOR : 0), 2);
  fields.writeUInt32LE(entry.dosTime, 6);
  fields.writeUInt32LE(crc, 10);
  const size = entry.size >= LIMIT_32 ? LIMIT_32 : entry.size;
  fields.writeUInt32LE(size, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(entry.name.length, 22);
  fields.writeUInt16LE(extraLength, 24);
  return fields;
}

function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return extra;
}

/**
 * The header before an entry's data. With `crc` null the sizes are there all the same: readers that do not wait for the central directory then know
 * where a stored entry ends, which a descriptor alone cannot tell them.
 */
export function localHeader(entry: ZipEntry): Buffer {
  const extra = zip64Extra(entry.size >= LIMIT_32 ? [entry.size, entry.size] : []);
  const common = commonFields(entry, entry.crc ?? 0, extra.length > 0, extra.length);
  return Buffer.concat([signature(0x04034b50), common, entry.name, extra]);
}

/** What follows the data of an entry whose check sum was not known before. */
export function dataDescriptor(entry: ZipEntry, crc: number): Buffer {
  const zip64 = entry.size >= LIMIT_32;
  const record = Buffer.alloc(zip64 ? 24 : 16);
  record.writeUInt32LE(0x08074b50, 0);
  record.writeUInt32LE(crc, 4);
  if (zip64) {
    record.writeBigUInt64LE(BigInt(entry.size), 8);
    record.writeBigUInt64LE(BigInt(entry.size), 16);
  } else {
    record.writeUInt32LE(entry.size, 8);
    record.writeUInt32LE(entry.size, 12);
  }
  return record;
}

/** An entry's record in the central directory; `offset` is that of its local header. */
export function directoryRecord(entry: ZipEntry, crc: number, offset: number): Buffer {
  const extra = zip64Extra([...(entry.size >= LIMIT_32 ? [entry.size, entry.size] : []), ...(offset >= LIMIT_32 ? [offset] : [])]);
  const isFolder = entry.name.at(-1) === 0x2f;
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(isFolder ? ((FOLDER_0755 << 16) | DOS_FOLDER) >>> 0 : (FILE_0644 << 16) >>> 0, 6);
  tail.writeUInt32LE(Math.min(offset, LIMIT_32), 10);
  const madeBy = Buffer.from([MADE_BY_UNIX & 0xff, MADE_BY_UNIX >>> 8]);
  const common = commonFields(entry, crc, extra.length > 0, extra.length);
  return Buffer.concat([signature(0x02014b50), madeBy, common, tail, entry.name, extra]);
}

/** The records after the central directory; those of zip64 only where a value does not fit. */
export function endRecords(entries: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries, LIMIT_16), 8);
  end.writeUInt16LE(Math.min(entries, LIMIT_16), 10);
  end.writeUInt32LE(Math.min(size, LIMIT_32), 12);
  end.writeUInt32LE(Math.min(offset, LIMIT_32), 16);
  if (entries < LIMIT_16 && size < LIMIT_32 && offset < LIMIT_32) return end;

  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(MADE_BY_UNIX, 12);
  end64.writeUInt16LE(VERSION_ZIP64, 14);
  end64.writeBigUInt64LE(BigInt(entries), 24);
  end64.writeBigUInt64LE(BigInt(entries), 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

/** The instant in UTC as MS-DOS date and time, which has steps of two seconds and the years 1980 to 2107. */
export function dosTimeOf(instant: Instant): number {
  const at = new Date(instant);
  const year = at.getUTCFullYear();
  if (year < 1980) return 0x00210000;
  if (year > 2107) return 0xff9fbf7d;
  const date = ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >>> 1);
  return ((date << 16) | time) >>> 0;
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
