import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HmsError } from '../contract/index.ts';
import { checkInThread } from './check-in-thread.ts';
import type { Work } from './check.ts';
import { certificateOf } from './crypto.ts';
import { recognise } from './recognise.ts';
import type { VerifyOptions, VerifyReport } from './report.ts';
import { defaultThreads } from './threads.ts';

/**
 * Checks a lake (its folder) or a package (a zip file or the folder it was unpacked to) against everything that it proves by itself. Only reads.
 * Faults become findings; the check never stops at the first. With threads, nothing of the work is done in the caller's.
 *
 * @throws HmsError NOT_A_LAKE where the path is neither, KEY_UNKNOWN where a certificate in `trust` cannot be read; CancelledError when the signal says so
 */
export async function verify(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const found = recognise(resolve(path));
  if (found === null && !existsSync(path)) {
    throw new HmsError('NOT_A_LAKE', `There is no file or folder "${path}".`, { next: 'Look whether the name is right, and whether the disk or share is there.' });
  }
  if (found === null) {
    throw new HmsError('NOT_A_LAKE', `"${path}" is neither a lake nor a package that this program knows.`, {
      next: 'Name the folder that holds lake.json, a package (a zip file), or the folder into which a package was unpacked.',
    });
  }
  for (const bytes of options.trust ?? []) {
    if (certificateOf(bytes) === null) {
      throw new HmsError('KEY_UNKNOWN', 'A certificate that was named as trusted cannot be read.', { next: 'Name a certificate file in PEM or DER.' });
    }
  }
  const threads = options.workers ?? defaultThreads();
  const work: Work = { found, trust: options.trust ?? [], seen: options.seen ?? null, threads };
  if (threads > 0) return checkInThread(work, options.signal, options.onProgress);
  // Loaded only here: with threads, nothing of it is needed in this one.
  const { check } = await import('./check.ts');
  return check(work, options.signal, options.onProgress);
}
