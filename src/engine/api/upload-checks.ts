import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { HmsError } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';

/** What a request of tus 1.0.0 is held against before @tus/server sees it. */

/** As `Tus-Checksum-Algorithm` names them (tus 1.0.0, checksum). */
export const CHECKSUM_ALGORITHMS: readonly string[] = ['sha1', 'sha256'];

const KEPT = 'What was received before is kept.';

/** Throws MEDIA_REFUSED where a chunk says no content type, or another than that of tus (tus 1.0.0, PATCH). */
export function checkContentType({ method, headers }: Request): void {
  const type = headers.get('content-type') ?? '';
  if (method !== 'PATCH' || type === 'application/offset+octet-stream') return;
  const detail = type === '' ? 'The request says no content type; a chunk of an upload has application/offset+octet-stream.' : `A chunk of an upload has the content type application/offset+octet-stream, not ${type.slice(0, 100)}.`;
  throw new DoorError('MEDIA_REFUSED', detail, { kept: KEPT, next: 'Send the header "Content-Type: application/offset+octet-stream".' });
}

/** Throws NO_SPACE where the disk of the folder has less room than what is still to come of an upload that says its length now. */
export async function checkRoom({ headers }: Request, folder: string): Promise<void> {
  const length = Number(headers.get('upload-length') ?? 0) - Number(headers.get('upload-offset') ?? 0);
  if (!(length > 0)) return;
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (length <= free) return;
  throw new HmsError('NO_SPACE', `The upload would have ${length.toLocaleString('en-US')} more bytes, and the disk of the profile folder has room for ${free.toLocaleString('en-US')}.`, {
    kept: KEPT,
    next: 'Make room on that disk, then send it again.',
    facts: { length, free },
  });
}

/**
 * The bytes of a request with `Upload-Checksum`, held in memory as a whole, and whether they are not those of its sum; null for a request without that header.
 * Throws REQUEST_INVALID where the header names no algorithm that is known.
 */
export async function checkedBody(headers: Headers, body: ReadableStream<Uint8Array> | null): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly isWrong: boolean } | null> {
  const checksum = headers.get('upload-checksum');
  if (checksum === null) return null;
  const [algorithm = '', sum = '', ...more] = checksum.trim().split(/ +/);
  if (!CHECKSUM_ALGORITHMS.includes(algorithm) || sum === '' || more.length > 0) {
    throw new DoorError('REQUEST_INVALID', 'The header Upload-Checksum is an algorithm, a blank and the sum in base64.', { kept: KEPT, next: `Use one of the algorithms ${CHECKSUM_ALGORITHMS.join(', ')}, or leave the header out.`, facts: { algorithms: CHECKSUM_ALGORITHMS } });
  }
  const bytes = new Uint8Array(await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>> | null).arrayBuffer());
  return { bytes, isWrong: createHash(algorithm).update(bytes).digest('base64') !== sum };
}
