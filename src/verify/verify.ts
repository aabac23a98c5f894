import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HmsError } from '../contract/index.ts';
import { checkInThread } from './check-in-thread.ts';
import type { Work } from './check.ts';
import { certificateOf } from './crypto.ts';
import type { Recognised } from './recognise.ts';
import { recognise } from './recognise.ts';
import type { VerifyOptions, VerifyReport } from './report.ts';
import { defaultThreads } from './threads.ts';

/**
 * Checks what stands at a path against everything that it proves by itself, and only reads: a lake (its folder), a package of this program (a zip file or
 * the folder it was unpacked to), a bag (folder, zip, tar, tar.gz), an OCFL object or an OCFL storage root. Which it is, it sees by itself.
 * Faults become findings; the check never stops at the first. With threads, nothing of the work is done in the caller's, unless it says so.
 *
 * @throws HmsError NOT_A_LAKE where the path is none of these, KEY_UNKNOWN where a certificate in `trust` cannot be read; CancelledError when the signal says so
 */
export async function verify(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const found = recognise(resolve(path));
  if (found === null && !existsSync(path)) {
    throw new HmsError('NOT_A_LAKE', `There is no file or folder "${path}".`, { next: 'Look whether the name is right, and whether the disk or share is there.' });
  }
  if (found === null) {
    throw new HmsError('NOT_A_LAKE', `"${path}" is nothing that this program can check.`, {
      next: 'Name the folder of a lake (it holds lake.json), a package or a bag (a folder with bagit.txt, a zip file, a tar or tar.gz file), an OCFL object or an OCFL storage root. Archives of other kinds are unpacked first.',
    });
  }
  for (const bytes of options.trust ?? []) {
    if (certificateOf(bytes) === null) {
      throw new HmsError('KEY_UNKNOWN', 'A certificate that was named as trusted cannot be read.', { next: 'Name a certificate file in PEM or DER.' });
    }
  }
  const threads = options.workers ?? defaultThreads();
  const work: Work = { found, trust: options.trust ?? [], seen: options.seen ?? null, threads };
  if (threads > 0 && !(options.inThisThread === true && isSmall(found))) return checkInThread(work, options.signal, options.onProgress);
  // Loaded only here: else, nothing of it is needed in this one.
  const { check } = await import('./check.ts');
  return check(work, options.signal, options.onProgress);
}

/**
 * Whether a check leaves so little behind that it may be done in the caller's thread, whose garbage is collected late: a lake of less than 10,000 ledger
 * entries. Starting one more thread takes as long as a tenth of a second of other work; a long check does not feel that.
 */
function isSmall({ kind, path }: Recognised): boolean {
  return kind === 'lake' && !existsSync(join(path, 'ledger', 'entries', 'x000', 'x010'));
}
