import { HmsError } from '../../contract/index.ts';
import { doctor as examine } from '../../engine/doctor.ts';
import { forkLake } from '../../engine/fork.ts';
import { profileFolder } from '../../engine/keys/index.ts';
import { acceptClockNow, destroyBody, rebuildCatalog, voidVersion } from '../../engine/upkeep.ts';
import { numberedVersion, refOf, wholeNumber } from '../names.ts';
import { writing } from '../opening.ts';
import { answer, openOptions, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { count } from '../words.ts';

/** Keeping a lake in order; each act is asked for by a person and, where it changes something, gives the reason. */

export async function rebuild(session: Session): Promise<void> {
  const { entries, datasets, files } = await rebuildCatalog(await openOptions(session));
  await answer(session, { entries, datasets, files }, [
    `The catalog was built again from ${count(entries, 'ledger entry', 'ledger entries')}: ${count(datasets, 'dataset')}, ${count(files, 'file')} in ${datasets === 1 ? 'its newest version' : 'their newest versions'}.`,
  ]);
}

/** Exit code 1 where something speaks against keeping a lake there. */
export async function doctor(session: Session, [folder]: readonly [string]): Promise<number> {
  await remark(session, 'Trying the folder; this takes a few seconds.');
  const report = await examine(folder, profileFolder(process.env));
  const mark = (ok: boolean | null): string => (ok === null ? '-' : ok ? '\u2714' : '\u2718');
  const sound = report.checks.every(({ ok }) => ok !== false);
  await answer(session, { ...report, sound }, [report.folder, ...report.checks.map(({ ok, words }) => `${mark(ok)} ${words}`), report.conclusion, ...report.means.map((words) => `  ${words}`)]);
  return sound ? 0 : 1;
}

export function acceptClock(session: Session, _: readonly [], { message }: { readonly message: string }): Promise<void> {
  return writing(session, async (lake) => {
    const { offset } = await acceptClockNow(lake, message);
    const seconds = (Math.abs(offset) / 1000).toFixed(1);
    await answer(session, { offset, reason: message }, [`Accepted: this computer's clock is ${seconds} seconds ${offset < 0 ? 'behind' : 'ahead of'} the disk's. Writing goes on as long as that stays so.`]);
  });
}

export async function fork(session: Session, _: readonly [], { message }: { readonly message: string }): Promise<void> {
  const { id, from, size } = await forkLake(await openOptions(session), message);
  await answer(session, { id, from, size, reason: message }, [
    `This folder is a lake of its own now, with the id ${id}.`,
    `It goes on after ${count(size, 'ledger entry', 'ledger entries')} of the lake ${from}, which its first entry names.`,
  ]);
}

export function destroy(session: Session, [text]: readonly [string], { authority, message }: { readonly authority: string; readonly message: string }): Promise<void> {
  return writing(session, async (lake) => {
    const seq = wholeNumber(text);
    if (seq === null) throw new HmsError('USAGE', `"${text}" is not the number of a ledger entry.`, { kept: 'Nothing was changed.', next: 'See the numbers with: hms dta log' });
    const isDrop = lake.catalog.entry(seq)?.op === 'raw.received';
    const claimed = await destroyBody(lake, seq, authority, message);
    await answer(session, { entry: seq, authority, reason: message, seq: claimed.seq }, [
      `The body of entry ${seq} is destroyed under ${authority}; entry ${claimed.seq} records it. The chain and all proofs stay good.`,
      ...(isDrop ? [`It said whose raw drop that was: no contract takes it any more, and it cannot be normalized again. Its bytes can still be read: hms dta raw cat ${seq}`] : []),
      'Backups, exports and other copies of this lake may still hold it.',
    ]);
  });
}

export function voidIt(session: Session, [text]: readonly [string], { message }: { readonly message: string }): Promise<void> {
  return writing(session, async (lake) => {
    const version = numberedVersion(lake, text);
    const { seq } = await voidVersion(lake, version, message);
    await answer(session, { version: refOf(version), reason: message, seq }, [`${refOf(version)} is given up: it stands with the files of the version before, and entry ${seq} records why.`]);
  });
}
