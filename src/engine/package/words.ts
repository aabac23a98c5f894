import { CancelledError, HmsError } from '../../contract/index.ts';
import type { Lineage } from './types.ts';

/** What holds whenever no package comes out: the sink is given up, and an export reads the lake only. */
export const NOTHING_WRITTEN = 'No package was written; the lake was not changed.';

/** Throws CancelledError once someone asked to stop. */
export function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError(NOTHING_WRITTEN);
}

/** Control characters, and marks that turn the direction of text: with these a typed text can look like another. */
const DECEIVING = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text that someone typed, on one line; what would not be seen or would deceive is shown as U+FFFD. */
export function oneLine(text: string): string {
  return linesOf(text).join(' ');
}

/** The lines of a text that someone typed, without empty ones at the end; each as `oneLine` shows it. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).map((line) => line.replaceAll('\t', ' ').replace(DECEIVING, '\ufffd').trimEnd());
  while (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}

/** Stored bytes are not what the ledger says. `what` continues "The stored bytes of …". */
export function damaged(what: string, path: string, how: string, facts: Readonly<Record<string, unknown>> = {}): HmsError {
  return new HmsError('STORED_DAMAGED', `The stored bytes of ${what} are not those that were committed: ${how}.`, {
    kept: NOTHING_WRITTEN,
    next: 'Restore this file from a backup or a mirror of the lake, then export again.',
    facts: { path, ...facts },
  });
}

/** Puts an error of reading a stored file into words. */
export function unreadable(error: unknown, what: string, path: string): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const details = (next: string) => ({ kept: NOTHING_WRITTEN, next, cause: error, facts: { path, system: code } });
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return damaged(what, path, 'the file is missing', { system: code });
    case 'EISDIR':
    case 'ELOOP':
    case 'ESPIPE':
      return damaged(what, path, 'something that is not a file stands in its place', { system: code });
    case 'EACCES':
    case 'EPERM':
      return new HmsError(
        'NO_PERMISSION',
        `The stored bytes of ${what} cannot be read: this account may not open ${path}.`,
        details('Ask for permission to read it, or use an account that has it; then export again.'),
      );
    case 'EIO':
    case 'EBUSY':
    case 'ECONNABORTED':
    case 'ECONNRESET':
    case 'EHOSTDOWN':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
    case 'ENETUNREACH':
    case 'ENODEV':
    case 'ENOTCONN':
    case 'ENXIO':
    case 'ESTALE':
    case 'ETIMEDOUT':
      return new HmsError(
        'PLACE_AWAY',
        `The stored bytes of ${what} cannot be read: the disk or share did not answer as it should (${code}).`,
        details('Check the cable, the network or the share, then export again. If it happens again at the same file, the disk may be failing.'),
      );
    default:
      return error;
  }
}

/** `6,102,144` */
export function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `derived from WF-2024-07:v1 by csv_trim`; '' where nothing was read and no transform is named. */
export function lineageWords({ transform, sources }: Lineage): string {
  if (transform === null && sources.length === 0) return '';
  const from = sources.length === 0 ? 'made' : `derived from ${sources.join(', ')}`;
  return transform === null ? from : `${from} by ${oneLine(transform)}`;
}

/** `1 file`, `5,000 files` */
export function counted(value: number, one: string): string {
  return `${grouped(value)} ${value === 1 ? one : `${one}s`}`;
}
