import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const END = 22;
const MOST_COMMENT = 65_535;
const LOCATOR = 20;
const ZIP64_END = 56;
const ENTRY = 46;
const WINDOW = 1024 * 1024;

/**
 * The names in the directory of a zip file, quickly and without judging any: APPNOTE sections 4.3.12 to 4.3.16. Null where no directory can be found; it
 * ends early where the directory does. Who reads the zip judges it.
 */
export function zipNames(path: string): Generator<string> | null {
  const fd = openSync(path, 'r');
  const found = directoryOf(fd);
  if (found === null) {
    closeSync(fd);
    return null;
  }
  return namesIn(fd, found.start, found.end);
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

function* namesIn(fd: number, start: number, end: number): Generator<string> {
  try {
    const window = Buffer.alloc(WINDOW);
    for (let at = start; at + ENTRY <= end; ) {
      const length = readSync(fd, window, 0, Math.min(WINDOW, end - at), at);
      let used = 0;
      while (used + ENTRY <= length && window.readUInt32LE(used) === 0x02014b50) {
        const name = window.readUInt16LE(used + 28);
        const next = used + ENTRY + name + window.readUInt16LE(used + 30) + window.readUInt16LE(used + 32);
        if (next > length) break;
        yield window.toString('utf8', used + ENTRY, used + ENTRY + name);
        used = next;
      }
      if (used === 0) return;
      at += used;
    }
  } finally {
    closeSync(fd);
  }
}
