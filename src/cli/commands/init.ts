import { join, resolve } from 'node:path';
import { initLake } from '../../engine/init.ts';
import type { NewLake } from '../../engine/init.ts';
import { profileFolder } from '../../engine/keys/index.ts';
import { sampleYear } from '../../engine/sample-year.ts';
import { answer, remark } from '../session.ts';
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
  const options = { folder: place, profile: profileFolder(process.env), zone: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone };
  const { lake, recoveryKey } = await (sample ? sampled(session, options) : initLake(options));
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
      ...(sample ? ['', ...STORY] : []),
    ]);
  } finally {
    await lake.close();
  }
}

/** What there is to see in a sample lake, and what time it is there. */
const STORY = [
  'A year is in it, August 2023 to July 2024: wildfires in datasets, tests of seat belts from posted files to a cube. Everything in it is made up. Then try:',
  '  hms dta ls',
  '  hms dta log WF-DAILY',
  '  hms dta query "SELECT model, SUM(fail) AS failures, COUNT(*) AS tests, ROUND(100.0*SUM(fail)/COUNT(*),1) AS failure_rate',
  '                 FROM car_seatbelt_c_90d WHERE program_id = 12 GROUP BY model ORDER BY failure_rate DESC"',
  `  hms dta query "SELECT * FROM car_seatbelt_c_90d FOR SYSTEM_TIME AS OF '2024-07-30 23:59:59'"`,
  'The story ends on the evening of July 31, 2024, in Washington: at 01:00 UTC on August 1. What you do in it is entered with the time of now, so a cube that is refreshed now looks at the last 90 days from now; its rows of then are',
  'there as of then. At the end of the story again: hms dta cube refresh car_seatbelt_c_90d --as-of "2024-07-31 23:59:59"',
];

/** Says each month on standard error as it is made. */
async function sampled(session: Session, options: { readonly folder: string; readonly profile: string; readonly zone: string }): Promise<NewLake> {
  let last = '';
  return sampleYear(options, {
    signal: session.signal,
    onProgress: ({ phase, share = 0 }) => {
      if (session.json || phase === last) return;
      last = phase;
      void remark(session, `${phase} (${Math.floor(100 * share)} %)`);
    },
  });
}
