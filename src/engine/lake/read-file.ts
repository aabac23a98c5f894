import { createReadStream } from 'node:fs';

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
