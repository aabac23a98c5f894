import { access } from 'node:fs/promises';
import { HmsError, versionName } from '../contract/index.ts';
import { tidyStaging } from '../engine/drafting.ts';
import { openToRead, openToWrite } from '../engine/open.ts';
import type { ReadableLake, WritableLake } from '../engine/open.ts';
import { requestEnrolment } from '../engine/stations.ts';
import { openOptions, remark, warn } from './session.ts';
import type { Session } from './session.ts';

/** Opens the named lake for as long as `work` lasts. A lake that cannot be written from here can still be read. */
export async function reading<T>(session: Session, work: (lake: ReadableLake) => Promise<T>): Promise<T> {
  const lake = await openToRead(await openOptions(session));
  try {
    await askForEnrolment(session, lake);
    return await work(lake);
  } finally {
    await lake.close();
  }
}

/** The same for writing; first tells what an earlier interruption had left and was finished now. Throws the reason where this station may not write. */
export async function writing<T>(session: Session, work: (lake: WritableLake) => Promise<T>): Promise<T> {
  const lake = await openForWriting(session);
  try {
    for (const { dataset, version } of lake.recovery.placed) await remark(session, `An interrupted commit was finished: ${versionName(dataset, version)}.`);
    for (const { dataset, version } of lake.recovery.lost) {
      await warn(session, `The files of ${versionName(dataset, version)} are neither in the store nor in staging. Run "hms dta verify" on the lake, and look for them in a backup.`);
    }
    await tidyStaging(lake);
    return await work(lake);
  } finally {
    await lake.close();
  }
}

async function openForWriting(session: Session): Promise<WritableLake> {
  const options = await openOptions(session);
  try {
    return await openToWrite(options);
  } catch (error) {
    // The request is left by whoever is not enrolled, whatever it wanted to do; reading() does that.
    if (error instanceof HmsError && error.code === 'NOT_ENROLLED') await reading(session, () => Promise.resolve());
    throw error;
  }
}

/** At the first opening of a lake that this station is not enrolled in, leaves its request there. A lake that cannot be written to is read all the same. */
async function askForEnrolment(session: Session, lake: ReadableLake): Promise<void> {
  const { station } = lake;
  if (station === null || lake.readOnly?.code !== 'NOT_ENROLLED' || lake.catalog.view.key(station.id) !== null) return;
  const isAsked = await access(lake.paths.request(station.id)).then(() => true, () => false);
  if (isAsked) return;
  try {
    const { id16, fingerprint } = await requestEnrolment(lake);
    await remark(session, `This workstation (key ${id16}) is not enrolled in this lake, so it asked for that. The fingerprint to read aloud: ${fingerprint}`);
  } catch (error) {
    if (!(error instanceof HmsError)) throw error;
    await remark(session, `This workstation is not enrolled in this lake, and could not ask for it: ${error.message}`);
  }
}
