import { join, resolve } from 'node:path';
import { initLake } from '../../engine/init.ts';
import { profileFolder } from '../../engine/keys/index.ts';
import { answer } from '../session.ts';
import type { Session } from '../session.ts';
import { fields } from '../table.ts';
import { officeClock } from '../words.ts';

export interface InitChoices {
  readonly zone?: string;
  readonly sample?: boolean;
}

/** Makes a lake and says what its keeper has to do now. */
export async function init(session: Session, [folder]: readonly [string], { zone, sample = false }: InitChoices): Promise<void> {
  const place = resolve(folder);
  const { lake, recoveryKey } = await initLake({ folder: place, profile: profileFolder(process.env), zone: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, sample });
  try {
    const { id, created, zone: office } = lake.lake;
    const recoveryCertificate = recoveryKey.replace(/\.key\.pem$/, '.cert.pem');
    const result = { lake: { id, folder: lake.paths.root, zone: office, created, sample }, station: { id: lake.signer.id, name: lake.signer.name }, recoveryKey, recoveryCertificate };
    await answer(session, result, [
      `The lake was made in ${lake.paths.root}`,
      ...fields([
        ['Lake id', id],
        ['Office zone', office],
        ['Made at', officeClock(office)(created)],
        ['Workstation', `${lake.signer.name} (key ${lake.signer.id.slice(0, 16)}), enrolled`],
        ['Sample', sample ? 'yes: a lake to try things in, not for records' : null],
      ]),
      '',
      'The recovery key lets a new workstation in when no enrolled one is left. Move both files to a medium in a safe,',
      'and keep no copy on this computer:',
      `  ${recoveryKey}`,
      `  ${recoveryCertificate}`,
      '',
      `The key of this workstation lies in ${join(lake.profile, 'keys')}.`,
      'Name the lake in later commands with --lake, or once and for all:',
      process.platform === 'win32' ? `  $env:HMS_LAKE = '${lake.paths.root}'` : `  export HMS_LAKE='${lake.paths.root}'`,
    ]);
  } finally {
    await lake.close();
  }
}
