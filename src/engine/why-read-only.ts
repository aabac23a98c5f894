import { access, constants } from 'node:fs/promises';
import { HmsError } from '../contract/index.ts';
import { codeOf, placeError } from './lake/index.ts';
import type { LakePaths } from './lake/index.ts';
import type { ReadableLake } from './open.ts';

/** Why a lake can be read from here and not written; null where it can be written. */

/** The ledger's and the profile's reasons. */
export function whyReadOnly(lake: Pick<ReadableLake, 'catalog' | 'station' | 'profile'>): HmsError | null {
  if (lake.catalog.isNewer()) {
    return new HmsError('LAKE_NEWER', 'This lake has ledger entries that a newer version of HMS-DTA wrote.', {
      kept: 'It was opened read-only; nothing was changed.',
      next: 'Open it with the newer version.',
    });
  }
  if (lake.station === null) {
    return new HmsError('NO_PERMISSION', `This account has no profile folder that it can write (${lake.profile}), so it has no key to sign with.`, {
      kept: 'The lake was opened read-only.',
      next: 'Set HMS_PROFILE to a folder of this account.',
    });
  }
  const key = lake.catalog.view.key(lake.station.id);
  if (key?.role === 'station' && !key.revoked) return null;
  const id16 = lake.station.id.slice(0, 16);
  if (key?.revoked === true) {
    return new HmsError('NOT_ENROLLED', `This workstation's key ${id16} was revoked in this lake.`, {
      kept: 'The lake was opened read-only.',
      next: 'Ask an enrolled workstation why. A new key is made when the profile folder is moved away.',
    });
  }
  return new HmsError('NOT_ENROLLED', `This workstation (key ${id16}) is not enrolled in this lake, so it can read and not write.`, {
    kept: 'Nothing was changed.',
    next: `Ask for it with \`hms dta station request\`, then on an enrolled workstation, after reading the fingerprint aloud: hms dta station enroll ${id16}`,
    facts: { station: lake.station.id },
  });
}

/** A station that may write can meet the lake on a medium, or under an account, that cannot: then it reads, and what it exports is not recorded. */
export async function whyClosed(paths: LakePaths): Promise<HmsError | null> {
  try {
    await access(paths.staging, constants.W_OK);
    return null;
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes(codeOf(error))) return null;
    const closed = placeError(error, 'Opening the lake for writing', 'Nothing was changed.');
    return closed instanceof HmsError ? closed : null;
  }
}
