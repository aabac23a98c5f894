import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { HmsError } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import { codeOf } from '../lake/index.ts';

/** Bytes of files, whole or in parts: RFC 9110 section 14. */

/** Large pieces: what each costs on its way is paid less often. */
const PIECE_BYTES = 1 << 20;

export interface StoredBytes {
  /** Absolute path. */
  readonly place: string;
  readonly size: number;
  readonly etag: string;
  /** What the whole of it must have, in hex; null where nothing says so. A part alone cannot be held against it. */
  readonly sha256: string | null;
  /** Name that it is saved under. */
  readonly name: string;
}

/**
 * Answers 200, or 206 for one range; more than one is answered with the whole, as section 14.2 allows. The file is let go of when the body is cancelled. The whole
 * of a file with a SHA-256 is hashed on the way, and its last piece is held back until that is right: altered bytes break off and never look complete. What fits
 * into one piece is refused with STORED_DAMAGED instead.
 */
export async function bytesResponse({ place, size, etag, sha256, name }: StoredBytes, { headers, isHead }: { readonly headers: Headers; readonly isHead: boolean }): Promise<Response> {
  const tag = `"${etag}"`;
  const common = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-disposition': dispositionOf(name),
    'cache-control': 'private, no-cache',
    etag: tag,
  };
  if (headers.get('if-none-match')?.split(',').some((item) => ['*', tag].includes(item.trim().replace(/^W\//, ''))) === true) return new Response(null, { status: 304, headers: common });
  const ifRange = headers.get('if-range');
  const range = ifRange !== null && ifRange !== tag ? null : rangeOf(headers.get('range'), size);
  if (range === 'outside') {
    throw new DoorError('RANGE_OUTSIDE', `The file has ${size} bytes, counted from 0; the range asked for lies behind them.`, { facts: { size } });
  }
  const start = range?.start ?? 0;
  const length = range === null ? size : range.end - range.start + 1;
  const head = { ...common, 'content-length': String(length), ...(range === null ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${size}` }) };
  const status = range === null ? 200 : 206;
  if (isHead || length === 0) return new Response(null, { status, headers: head });
  return new Response(await streamOf(place, start, length, length === size ? sha256 : null), { status, headers: head });
}

/** Null where the header is not there or is none that can be served in part. */
export function rangeOf(header: string | null, size: number): { readonly start: number; readonly end: number } | 'outside' | null {
  const found = /^bytes=(\d{0,20})-(\d{0,20})$/i.exec(header?.trim() ?? '');
  const [first = '', last = ''] = found?.slice(1) ?? [];
  if (found === null || (first === '' && last === '')) return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'outside' : { start: size - length, end: size - 1 };
  }
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= size) return 'outside';
  return { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

/** `attachment` with the name in both forms: RFC 6266 section 5, RFC 8187. */
export function dispositionOf(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Opened, and its first piece read, before the head goes out, so that a file that is not there, or is small and altered, is told as a problem. */
async function streamOf(place: string, start: number, length: number, sha256: string | null): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(place, 'r').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw damaged('are missing');
  });
  const pieces = piecesOf(handle, start, start + length, sha256);
  let first: IteratorResult<Uint8Array, void> | null;
  try {
    first = await pieces.next();
  } catch (error) {
    await handle.close();
    throw error;
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = first ?? (await pieces.next());
          first = null;
          if (piece.done !== true) {
            controller.enqueue(piece.value);
            return;
          }
        } catch (error) {
          await handle.close();
          throw error;
        }
        await handle.close();
        controller.close();
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 1 },
  );
}

/** The last piece comes only where the digest of all is right. */
async function* piecesOf(handle: FileHandle, start: number, end: number, sha256: string | null): AsyncGenerator<Uint8Array, void> {
  const hash = sha256 === null ? null : createHash('sha256');
  for (let at = start; at < end; ) {
    // A piece is handed on as it is, so that each is a buffer of its own.
    const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, end - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw damaged('are fewer than were committed');
    const read = piece.subarray(0, bytesRead);
    at += bytesRead;
    hash?.update(read);
    if (at === end && hash !== null && hash.digest('hex') !== sha256) throw damaged('are not those that were committed');
    yield read;
  }
}

function damaged(what: string): HmsError {
  return new HmsError('STORED_DAMAGED', `The stored bytes of this file ${what}.`, { kept: 'Nothing was changed in the lake.', next: 'Check the lake, and restore the file from a backup.' });
}
