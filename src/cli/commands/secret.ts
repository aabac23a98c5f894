import { acceptSecret, openSecret, rotateSecret, secretCopies, secretsOf, shareSecret, staleTables } from '../../engine/masking.ts';
import { reading, writing } from '../opening.ts';
import { passphraseFrom } from '../passphrase.ts';
import type { PassphraseSource } from '../passphrase.ts';
import { answer, remark, warn } from '../session.ts';
import type { Session } from '../session.ts';
import { fields, table } from '../table.ts';
import { count, officeClock } from '../words.ts';

/** `hms dta secret …` */

export function show(session: Session): Promise<void> {
  return reading(session, async (lake) => {
    const [current, ...older] = secretsOf(lake);
    if (current === undefined) return answer(session, { secret: null, older: [], copies: [] }, ['This lake has no secret for masks yet. It is made when the first table with masks is written, or with: hms dta secret share']);
    const isHere = (await openSecret(lake)) !== null;
    const copies = await secretCopies(lake);
    const stale = staleTables(lake);
    const when = officeClock(lake.lake.zone);
    const stationName = (id: string | null): string => lake.catalog.keys().find((key) => key.id === id)?.name ?? id?.slice(0, 16) ?? '';
    const lines = fields([
      ['Secret', current.id],
      ['Made', current.made === null ? null : `${when(current.made)} by station ${stationName(current.station)}`],
      ['Here', isHere ? 'yes' : 'no; take it with: hms dta secret accept'],
      ['Before it', older.length === 0 ? null : older.map(({ id }) => id.slice(0, 16)).join(', ')],
      ['Older tables', stale.length === 0 ? null : stale.join(', ')],
    ]);
    const rows = copies.map(({ file, secret, made, station }) => [file, secret === current.id ? 'this one' : 'an older one', when(made), stationName(station)]);
    const listed = rows.length === 0 ? ['No copy lies on the lake. Make one with: hms dta secret share'] : table([{ title: 'Copy in keys/secrets' }, { title: 'Of' }, { title: 'Made' }, { title: 'By' }], rows);
    await answer(session, { secret: { ...current, here: isHere }, older, copies, staleTables: stale }, [...lines, '', ...listed]);
  });
}

export function share(session: Session): Promise<void> {
  return writing(session, async (lake) => {
    const shared = await shareSecret(lake);
    await answer(session, { ...shared }, [shared.passphrase]);
    await remark(session, 'These words are shown this once. Tell them to the person at the other workstation, aloud or on paper and never beside the lake; there: hms dta secret accept');
  });
}

export function accept(session: Session, _: readonly [], source: PassphraseSource): Promise<void> {
  return reading(session, async (lake) => {
    const { id, isCurrent } = await acceptSecret(lake, await passphraseFrom(session, source, 'The seven words: '));
    await answer(session, { secret: id, current: isCurrent }, [`This workstation has the secret ${id.slice(0, 16)} now.`]);
    if (!isCurrent) await warn(session, 'It is an older one: rows are masked with a newer secret now. Ask for a copy of that one.');
  });
}

export function rotate(session: Session, _: readonly [], { message }: { readonly message: string }): Promise<void> {
  return writing(session, async (lake) => {
    const rotated = await rotateSecret(lake, message);
    await answer(session, { ...rotated }, [`The secret is ${rotated.id.slice(0, 16)} from now on.`]);
    if (rotated.replaces !== null) await remark(session, `The old one was ${rotated.replaces.slice(0, 16)}. Other workstations need the new one: hms dta secret share`);
    if (rotated.tables.length > 0) await remark(session, `${count(rotated.tables.length, 'table')} still masked with the old one: ${rotated.tables.join(', ')}. ${rotated.tables.length === 1 ? 'Its' : 'Their'} rows have to be made again from their raw drops.`);
  });
}
