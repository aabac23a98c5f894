import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Extract, Header } from 'tar-stream';
import { extract } from 'tar-stream';
import { unreadable } from '../read.ts';

const BLOCK = 512;
const WINDOW = 64 * 1024;
/** Files larger than this are stepped over, where that is possible. */
const STEP_OVER = 1024 * 1024;

/** An entry of a tar file, with its bytes for as long as the next is not asked for. */
export interface WalkedEntry {
  readonly header: TarHeaders;
  /** Where its bytes begin in the tar. */
  readonly start: number;
  readonly bytes: AsyncIterable<Buffer>;
}

/** What a header says. */
export interface TarHeaders {
  readonly name: string;
  readonly linkname: string;
  /** As tar-stream calls it; null for a kind that it does not know. */
  readonly type: string | null;
  readonly size: number;
  /** Attributes of PAX. */
  readonly pax: Readonly<Record<string, string>>;
}

/** A tar file that cannot be read on; the message is a part of a sentence. */
export class TarFault extends Error {}

/** The entries of a tar file (ustar, PAX, GNU), in one pass over all its bytes. Throws TarFault where it is damaged. */
export async function* walkTar(path: string, isPacked: boolean): AsyncGenerator<WalkedEntry> {
  let end = 0;
  for await (const entry of entriesFrom(path, isPacked, 0)) {
    checkGap(entry, end);
    yield entry;
    end = endOf(entry);
  }
}

/** The entries of a tar file that is not packed, without reading what its large files hold. */
export async function* walkTarHeaders(path: string, size: number): AsyncGenerator<Omit<WalkedEntry, 'bytes'>> {
  let at = 0;
  for (let isStepping = true; isStepping; ) {
    isStepping = false;
    for await (const entry of entriesFrom(path, false, at)) {
      checkGap(entry, at);
      yield entry;
      at = endOf(entry);
      if (entry.start + entry.header.size > size) throw new TarFault(`it ends in the middle of "${entry.header.name}"`);
      if (entry.header.size <= STEP_OVER) continue;
      isStepping = true;
      break;
    }
  }
}

async function* entriesFrom(path: string, isPacked: boolean, from: number): AsyncGenerator<WalkedEntry> {
  const options = { allowUnknownFormat: true, highWaterMark: WINDOW };
  const parser = extract(options);
  const file = createReadStream(path, { start: from, highWaterMark: WINDOW });
  // Errors come out of the pieces; the pipeline is there to close the file.
  const pieces = isPacked ? pipeline(file, createGunzip({ chunkSize: WINDOW }), () => undefined) : file;
  const fed = feed(pieces, parser);
  try {
    for await (const entry of parser) {
      yield { header: headerOf(entry.header), start: from + offsetOf(entry.header), bytes: bytesOf(entry) };
      entry.resume();
    }
  } catch (error) {
    throw faultOf(error);
  } finally {
    parser.destroy();
    file.destroy();
    await fed;
  }
}

async function* bytesOf(entry: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  try {
    for await (const piece of entry) if (Buffer.isBuffer(piece)) yield piece;
  } catch (error) {
    throw faultOf(error);
  }
}

async function feed(pieces: AsyncIterable<unknown>, parser: Extract): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (parser.destroying) return;
      if (parser.write(piece)) continue;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          parser.removeListener('drain', go);
          parser.removeListener('close', go);
          resolve();
        };
        parser.on('drain', go);
        parser.on('close', go);
      });
    }
    parser.end(undefined);
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** What tar-stream knows, as its types do not say it. */
function headerOf({ name, linkname, type, size, pax }: Partial<Header>): TarHeaders {
  const attributes: Record<string, string> = {};
  if (typeof pax === 'object' && pax !== null) for (const [key, value] of Object.entries(pax)) if (typeof value === 'string') attributes[key] = value;
  return { name: name ?? '', linkname: linkname ?? '', type: type ?? null, size: size ?? 0, pax: attributes };
}

function offsetOf(header: Header & { readonly byteOffset?: number }): number {
  if (header.byteOffset === undefined) throw new TypeError('tar-stream does not say where an entry begins.');
  return header.byteOffset;
}

function faultOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof ReferenceError || error instanceof TarFault) return error;
  if (/Unexpected end|unexpected end|Premature close|Writable stream closed/i.test(error.message)) return new TarFault('it ends too early');
  if (/^Invalid|^Header|incorrect|invalid/i.test(error.message)) return new TarFault('it is damaged, or is no tar file');
  return 'code' in error ? new TarFault(unreadable(error).detail) : error;
}

function endOf({ header, start }: Omit<WalkedEntry, 'bytes'>): number {
  return start + padded(header.type === 'directory' ? 0 : header.size);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

/** Two empty blocks end a tar file for most programs; what some writer put behind them only some would unpack. */
function checkGap({ header, start }: Omit<WalkedEntry, 'bytes'>, end: number): void {
  if (end === 0) return;
  const pax = Object.entries(header.pax).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value) + 10, 0);
  const name = Math.max(Buffer.byteLength(header.name), Buffer.byteLength(header.linkname));
  const most = BLOCK + (pax > 0 ? BLOCK + padded(pax) : 0) + (name > 99 ? 2 * BLOCK + 2 * padded(name + 1) : 0);
  if (start - end > most) throw new TarFault('it holds entries behind the mark of its end, which other programs do not see');
}
