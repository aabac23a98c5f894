import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

const END = 22;
const MOST_COMMENT = 65_535;
const LOCATOR = 20;
const ZIP64_END = 56;
const ENTRY = 46;
const HEADER = 0x02014b50;
const LOCAL = 30;
const WINDOW = 1024 * 1024;
const MOST_CONTENT = 1024 * 1024;

/**
 * Hands over the names in the directory of a zip file, quickly and without judging any: APPNOTE sections 4.3.12 to 4.3.16. Answers whether the directory could
 * be read to its end. Who reads the zip judges it.
 * @param take answering false ends it; `content` gives the bytes of a small file, or null where they cannot be had
 */
export function zipNames(path: string, take: (name: string, content: () => Buffer | null) => boolean): boolean {
  const fd = openSync(path, 'r');
  try {
    const found = directoryOf(fd);
    return found !== null && readNames(fd, found.start, found.end, take);
  } finally {
    closeSync(fd);
  }
}

function directoryOf(fd: number): { readonly start: number; readonly end: number } | null {
  const { size } = fstatSync(fd);
  const tail = Buffer.alloc(Math.min(size, END + MOST_COMMENT));
  const tailStart = size - tail.length;
  readSync(fd, tail, 0, tail.length, tailStart);
  const at = tail.lastIndexOf('PK\u0005\u0006', Math.max(0, tail.length - END), 'latin1');
  if (at < 0 || at + END > tail.length) return null;
  const start = tail.readUInt32LE(at + 16);
  const length = tail.readUInt32LE(at + 12);
  if (start !== 0xffffffff && length !== 0xffffffff) return start + length <= size ? { start, end: start + length } : null;
  const locator = Buffer.alloc(LOCATOR);
  readSync(fd, locator, 0, LOCATOR, Math.max(0, tailStart + at - LOCATOR));
  if (locator.readUInt32LE() !== 0x07064b50) return null;
  const record = Buffer.alloc(ZIP64_END);
  const place = Number(locator.readBigUInt64LE(8));
  if (place > size - ZIP64_END) return null;
  readSync(fd, record, 0, ZIP64_END, place);
  const from = Number(record.readBigUInt64LE(48));
  const to = from + Number(record.readBigUInt64LE(40));
  return record.readUInt32LE() === 0x06064b50 && to <= size ? { start: from, end: to } : null;
}

function readNames(fd: number, start: number, end: number, take: Parameters<typeof zipNames>[1]): boolean {
  const window = Buffer.alloc(WINDOW);
  let at = start;
  while (at + ENTRY <= end) {
    const length = readSync(fd, window, 0, Math.min(WINDOW, end - at), at);
    let used = 0;
    while (used + ENTRY <= length && window.readUInt32LE(used) === HEADER) {
      const name = window.readUInt16LE(used + 28);
      const next = used + ENTRY + name + window.readUInt16LE(used + 30) + window.readUInt16LE(used + 32);
      if (next > length) break;
      const entry = window.subarray(used, next);
      if (!take(entry.toString('utf8', ENTRY, ENTRY + name), () => contentOf(fd, entry))) return true;
      used = next;
    }
    if (used === 0) return false;
    at += used;
  }
  return at === end;
}

/** What an entry of the directory stands for, if it is small. */
function contentOf(fd: number, entry: Buffer): Buffer | null {
  const packed = entry.readUInt32LE(20);
  if (packed > MOST_CONTENT) return null;
  const local = Buffer.alloc(LOCAL);
  const at = entry.readUInt32LE(42);
  if (readSync(fd, local, 0, LOCAL, at) < LOCAL) return null;
  const bytes = Buffer.alloc(packed);
  readSync(fd, bytes, 0, packed, at + LOCAL + local.readUInt16LE(26) + local.readUInt16LE(28));
  try {
    return entry.readUInt16LE(10) === 0 ? bytes : inflateRawSync(bytes, { maxOutputLength: MOST_CONTENT });
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
