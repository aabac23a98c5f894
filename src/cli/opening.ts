import { HmsError, tableVersionName, versionName } from '../contract/index.ts';
import type { ErrorCode } from '../contract/index.ts';
import { tidyStaging } from '../engine/drafting.ts';
import { codeOf } from '../engine/lake/index.ts';
import { openToRead, openToWrite } from '../engine/open.ts';
import type { ReadableLake, WritableLake } from '../engine/open.ts';
import { systemClock } from '../engine/clock.ts';
import { Presence } from '../engine/presence/index.ts';
import { askForEnrolment } from '../engine/stations.ts';
import { openOptions, remark, warn } from './session.ts';
import type { Session } from './session.ts';
import { tellingSilence } from './silence.ts';

/** Reasons why a lake is read-only that say something about the lake, so that who only reads must know them too. */
const telling: ReadonlySet<ErrorCode> = new Set(['LAKE_OLDER_THAN_SEEN', 'LAKE_FORKED', 'LAKE_NEWER', 'LEDGER_DAMAGED']);

/** Opens the named lake for as long as `work` lasts. A lake that cannot be written from here can still be read; where that is for the lake's own sake, it says so. */
export function reading<T>(session: Session, work: (lake: ReadableLake) => Promise<T>, isTold = false): Promise<T> {
  return tellingSilence(session, session.lake, () => readingNow(session, work, isTold));
}

async function readingNow<T>(session: Session, work: (lake: ReadableLake) => Promise<T>, isTold: boolean): Promise<T> {
  const lake = await openToRead(await openOptions(session));
  try {
    if (!isTold && lake.readOnly !== null && telling.has(lake.readOnly.code)) await warn(session, lake.readOnly.message);
    await askForEnrolmentAloud(session, lake);
    return await work(lake);
  } finally {
    await lake.close();
  }
}

/** The same for writing; first tells what an earlier interruption had left and was finished now. Throws the reason where this station may not write. */
export function writing<T>(session: Session, work: (lake: WritableLake) => Promise<T>): Promise<T> {
  return tellingSilence(session, session.lake, () => writingNow(session, work));
}

async function writingNow<T>(session: Session, work: (lake: WritableLake) => Promise<T>): Promise<T> {
  const presence = new Presence(systemClock);
  const lake = await openForWriting(session, presence);
  try {
    for (const { dataset, version } of lake.recovery.placed) await remark(session, `An interrupted commit was finished: ${versionName(dataset, version)}.`);
    for (const { dataset, version } of lake.recovery.lost) {
      await warn(session, `The files of ${versionName(dataset, version)} are neither in the store nor in staging. Run "hms dta verify" on the lake, and look for them in a backup.`);
    }
    for (const { table, version } of lake.recovery.tables.placed) await remark(session, `An interrupted commit was finished: the table ${tableVersionName(table, version)}.`);
    for (const { error } of lake.recovery.tables.blocked) if (error instanceof Error) await warn(session, error.message);
    await tidy(lake);
    return await work(lake);
  } finally {
    await presence.close();
    await lake.close();
  }
}

/** For what can also be done in a lake that this station may only read; says then that the ledger will not tell of it. */
export function writingIfAllowed<T>(session: Session, work: (lake: ReadableLake) => Promise<T>): Promise<T> {
  return tellingSilence(session, session.lake, async () => {
    const lake = await openToRead(await openOptions(session));
    const { readOnly } = lake;
    await lake.close();
    if (readOnly === null) return writingNow(session, work);
    await warn(session, `${readOnly.message} What is done now is not recorded in the ledger.`);
    return readingNow(session, work, true);
  });
}

/** A folder that a finished act left, and that cannot be removed at this moment, is in nobody's way. */
async function tidy(lake: WritableLake): Promise<void> {
  try {
    await tidyStaging(lake);
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
}

async function openForWriting(session: Session, presence: Presence): Promise<WritableLake> {
  const options = { ...(await openOptions(session)), presence };
  try {
    return await openToWrite(options);
  } catch (error) {
    // The request is left by whoever is not enrolled, whatever it wanted to do; reading() does that.
    if (error instanceof HmsError && error.code === 'NOT_ENROLLED') await readingNow(session, () => Promise.resolve(), false);
    throw error;
  }
}

async function askForEnrolmentAloud(session: Session, lake: ReadableLake): Promise<void> {
  const asked = await askForEnrolment(lake);
  if (asked === null) return;
  await remark(session, `This workstation (key ${asked.id16}) is not enrolled in this lake, so it asked for that. The fingerprint to read aloud: ${asked.fingerprint}`);
}
