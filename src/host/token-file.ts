import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError } from '../contract/index.ts';
import type { Clock } from '../engine/clock.ts';
import { durableOn, placeOf, systemDisk } from '../engine/lake/index.ts';

/** A token of 256 bits, as text that an address can carry. */
export function newToken(clock: Clock): string {
  return Buffer.from(clock.random(32)).toString('base64url');
}

/** A file that only this account can read, as long as the program runs. */
export interface SecretFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes the token where other programs of this account find it: `serve/PORT.token` in the profile. Errors as `writeSecret`. */
export function writeTokenFile(profile: string, port: number, token: string, clock: Clock): Promise<SecretFile> {
  return writeSecret(profile, `${port}.token`, `${token}\n`, clock);
}

/** Writes a page that leads to `url`, for a browser that is started with it: `serve/PORT.html` in the profile. Errors as `writeSecret`. */
export function writeOpeningPage(profile: string, port: number, url: string, clock: Clock): Promise<SecretFile> {
  const page = `<!doctype html>\n<meta charset="utf-8">\n<meta name="referrer" content="no-referrer">\n<meta http-equiv="refresh" content="0; url=${url}">\n<title>HMS-DTA</title>\n<p><a href="${url}">Go on to HMS-DTA</a>\n`;
  return writeSecret(profile, `${port}.html`, page, clock);
}

/**
 * Writes a file of mode 0600 into `serve` of the profile. One of that name is left from a run that was killed, since the port is ours now. Throws KEY_REFUSED
 * where the disk cannot close a file to other accounts.
 */
async function writeSecret(profile: string, name: string, text: string, clock: Clock): Promise<SecretFile> {
  const folder = join(profile, 'serve');
  const path = join(folder, name);
  await durableOn(systemDisk, { kind: 'other', name: 'unknown' }, clock).makeFolder(folder);
  const durable = durableOn(systemDisk, await placeOf(folder), clock);
  await durable.removeFile(path);
  await durable.writeNew(path, Buffer.from(text), 0o600);
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
    await durable.removeFile(path);
    throw new HmsError('KEY_REFUSED', `${folder} is on a disk that cannot close a file to other accounts, so the token may not lie there.`, { next: 'Set HMS_PROFILE to a folder on a local disk of this computer.' });
  }
  return { path, remove: () => durable.removeFile(path) };
}
