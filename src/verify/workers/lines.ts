import type { Unreadable } from '../read.ts';
import { readPieces } from '../read.ts';

/** Longer lines are not read: a path of a million bytes is not a path. */
const MAX_LINE = 1_048_576;

export type LineFault = Unreadable | { readonly why: 'form'; readonly detail: string };

/**
 * Hands the lines of a file to `take` one by one, without their LF; the bytes are only good during the call. The last line must end in LF.
 * `take` answers false to stop. Answers null when all is well.
 */
export function readLines(path: string, buffer: Uint8Array, take: (line: Buffer, number: number) => boolean): LineFault | null {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  let tooLong = false;
  let stopped = false;
  const fault = readPieces(path, buffer, (piece) => {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let at = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, at)) {
      const line = bytes.subarray(at, end);
      const whole = rest.length === 0 ? line : Buffer.concat([rest, line]);
      rest = Buffer.alloc(0);
      at = end + 1;
      if (!take(whole, number)) {
        stopped = true;
        return false;
      }
      number += 1;
    }
    rest = Buffer.concat([rest, bytes.subarray(at)]);
    tooLong = rest.length > MAX_LINE;
    return !tooLong;
  });
  if (fault !== null || stopped) return fault;
  if (tooLong) return { why: 'form', detail: `line ${String(number + 1)} is longer than ${MAX_LINE.toLocaleString('en-US')} bytes` };
  return rest.length > 0 ? { why: 'form', detail: 'its last line does not end in a line feed' } : null;
}
