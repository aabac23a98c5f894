import { HmsError } from '../../contract/index.ts';
import { codeOf } from './durable.ts';
import { silenceOf } from './silence.ts';

/**
 * Puts an error of the file system into words. Errors that are not the file system's come back as they are.
 * `doing` continues the sentence "… failed": `Writing the file list of WF-2024-07`; `kept` says what is safe.
 */
export function placeError(error: unknown, doing: string, kept: string): unknown {
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const details = (next: string) => ({ kept, next, cause: error, facts: { system: codeOf(error), ...(path === undefined ? {} : { path }) } });
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new HmsError('NO_SPACE', `${doing} failed: the disk is full.`, details('Free some space, then run the same command again.'));
    case 'EROFS':
      return new HmsError('NO_PERMISSION', `${doing} failed: the disk is read-only.`, details('Make the disk writable, then run the same command again.'));
    case 'EACCES':
    case 'EPERM':
      return new HmsError(
        'NO_PERMISSION',
        `${doing} failed: this account has no permission${path === undefined ? '' : ` for ${path}`}.`,
        details('Ask for permission, or use an account that has it; then run the same command again.'),
      );
    // EBADF: a file that was open when the connection to a share broke.
    case 'EBADF':
    case 'EIO':
    case 'EAGAIN':
    case 'EBUSY':
    case 'EHOSTDOWN':
    case 'EHOSTUNREACH':
    case 'ENOTCONN':
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
    case 'ENETDOWN':
    case 'ENETUNREACH':
    case 'ENODEV':
    case 'ENXIO':
    case 'ESTALE':
      return new HmsError(
        'PLACE_AWAY',
        `${doing} failed: ${noAnswer(error)} (${codeOf(error)}).`,
        details('Check the cable, the network or the share, then run the same command again.'),
      );
    default:
      if (codeOf(error) !== '' && error instanceof Error && 'syscall' in error) {
        return new HmsError('PLACE_AWAY', `${doing} failed: the system refused it (${codeOf(error)}${path === undefined ? '' : `, ${path}`}).`, details('Look whether another program uses or changes that place, then run the same command again.'));
      }
      return isCatalogTrouble(error) ? new HmsError(error.trouble === 'full' ? 'NO_SPACE' : 'PLACE_AWAY', error.message, details(error.trouble === 'full' ? 'Free some space on it, then try again.' : 'Run the same command again.')) : error;
  }
}

function noAnswer(error: unknown): string {
  const silent = silenceOf(error);
  return silent === null ? 'the disk or share did not answer as it should' : `the share did not answer for ${Math.round(silent / 1_000)} s`;
}

/** An error of the station's catalog, which already is a sentence. */
function isCatalogTrouble(error: unknown): error is Error & { readonly trouble: string } {
  return error instanceof Error && error.name === 'CatalogError' && 'trouble' in error && typeof error.trouble === 'string';
}

/** Runs a step; file system errors of it come out in words. */
export async function inWords<T>(doing: string, kept: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw placeError(error, doing, kept);
  }
}
