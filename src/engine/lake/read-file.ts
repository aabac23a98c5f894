import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** Octets `start` up to and including `end`, as an HTTP range gives them. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/**
 * The bytes of a file, streamed in pieces of 1 MiB. It is opened when the first piece is asked for: a stream that was opened and never read would
 * keep its descriptor, and an error of it would end the program.
 */
export async function* bytesOf(file: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file, { highWaterMark: 1 << 20, ...range }) as AsyncIterable<Uint8Array>;
}

const PIECE_BYTES = 256 * 1024;
/** Most files that are read in this way are smaller. */
const FIRST_BYTES = 16 * 1024;

/**
 * The bytes of a file for who is done with each piece before the next: all pieces are in one buffer, or in two. Streams make a new one for each, and some 60 MB of those
 * pile up before they are thrown away.
 */
export async function* piecesOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    for (let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES); ; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      if (bytesRead === FIRST_BYTES) buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    }
  } finally {
    await handle.close();
  }
}
