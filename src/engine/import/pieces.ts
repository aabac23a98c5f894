import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { HmsError } from '../../contract/index.ts';
import { codeOf } from '../lake/index.ts';

const PIECE = 1 << 20;
/** Read without letting anything else have its turn. */
const TURN_BYTES = 8 << 20;

/** The bytes of an ordinary file in pieces of one buffer: each is good until the next is asked for. Blocking reads, which are several times faster for small files. Links are refused. */
export async function* piecesOfFile(file: string): AsyncGenerator<Uint8Array> {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw notAFile(file);
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE, stats.size + 1)));
    for (let turn = 0; ; ) {
      const length = readSync(descriptor, buffer, 0, buffer.length, null);
      if (length === 0) return;
      yield buffer.subarray(0, length);
      turn += length;
      if (turn < TURN_BYTES) continue;
      turn = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** A link, pipe or folder where a file is expected. */
export function notAFile(file: string): HmsError {
  return new HmsError('SOURCE_REFUSED', `"${file}" is not an ordinary file, and links are not followed.`, { kept: 'It was not imported.', next: 'Ask whoever made it for a copy that holds the file itself.' });
}

/** Puts a system error of what is imported into words; any other is handed on. */
export function unreadable(error: unknown, what: string): unknown {
  const code = codeOf(error);
  if (code === '' || error instanceof HmsError) return error;
  if (code === 'ELOOP') return notAFile(what);
  return new HmsError('SOURCE_UNREADABLE', `"${what}" cannot be read (${code}).`, { kept: 'It was not imported; what was copied before is kept in the draft.', next: 'Look whether the disk or share is there and may be read, then import again.', cause: error });
}
