import { crc32, deflateRawSync } from 'node:zlib';

/** A zip written by hand: PKWARE APPNOTE 6.3 sections 4.3.7, 4.3.12 and 4.3.16. Every field can be made wrong. */
export interface HandZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  /** Compress with deflate. */
  readonly packed?: boolean;
  /** Unix mode with its type, as in the upper half of the external attributes. */
  readonly mode?: number;
  /** Another name in the local header. */
  readonly localName?: string;
  /** Bytes between this entry and the next. */
  readonly gap?: string;
  readonly crc?: number;
  readonly flags?: number;
}

export interface HandZipOptions {
  readonly before?: string;
  readonly beforeDirectory?: string;
  readonly beforeEnd?: string;
  readonly comment?: string;
  readonly after?: string;
}

export function handZip(entries: readonly HandZipEntry[], options: HandZipOptions = {}): Buffer {
  const parts: Buffer[] = [Buffer.from(options.before ?? '')];
  const directory: Buffer[] = [];
  const size = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  for (const entry of entries) {
    const bytes = Buffer.from(entry.bytes);
    const data = entry.packed === true ? deflateRawSync(bytes) : bytes;
    const fields = { bytes, data, method: entry.packed === true ? 8 : 0, crc: entry.crc ?? crc32(bytes), flags: entry.flags ?? 0x800 };
    const offset = size();
    const localName = Buffer.from(entry.localName ?? entry.name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    writeCommon(local, 6, fields, localName.length);
    parts.push(local, localName, data, Buffer.from(entry.gap ?? ''));
    const name = Buffer.from(entry.name);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE((3 << 8) | 20, 4);
    central.writeUInt16LE(20, 6);
    writeCommon(central, 8, fields, name.length);
    central.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    directory.push(central, name);
  }
  parts.push(Buffer.from(options.beforeDirectory ?? ''));
  const start = size();
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(start, 16);
  const comment = Buffer.from(options.comment ?? '');
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, central, Buffer.from(options.beforeEnd ?? ''), end, comment, Buffer.from(options.after ?? '')]);
}

/** Flags, method, time, check sum, sizes, length of the name: the same fields in both headers. */
function writeCommon(header: Buffer, at: number, fields: { bytes: Buffer; data: Buffer; method: number; crc: number; flags: number }, nameLength: number): void {
  header.writeUInt16LE(fields.flags, at);
  header.writeUInt16LE(fields.method, at + 2);
  header.writeUInt32LE(0x58fe_6000, at + 4);
  header.writeUInt32LE(fields.crc, at + 8);
  header.writeUInt32LE(fields.data.length, at + 12);
  header.writeUInt32LE(fields.bytes.length, at + 16);
  header.writeUInt16LE(nameLength, at + 20);
}
