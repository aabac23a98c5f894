import { tableVersionName } from '../../contract/index.ts';
import type { TableName } from '../../contract/index.ts';
import { acceptSecret, openSecret, secretCopies, secretsOf, shareSecret, staleTables } from '../../engine/masking.ts';
import { rotateAndRemask } from '../../engine/rotating.ts';
import type { Rotation } from '../../engine/rotating.ts';
import { reading, writing } from '../opening.ts';
import { passphraseFrom } from '../passphrase.ts';
import type { PassphraseSource } from '../passphrase.ts';
import { progressView } from '../progress.ts';
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
      ['Older tables', stale.length === 0 ? null : `${stale.join(', ')}: masked with an older one, and closed to new rows until hms dta secret rotate has made them again`],
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

interface RotateChoices {
  readonly message: string;
  readonly leave?: readonly TableName[];
}

/** A new secret, and the tables made again under it. Exit code 1 where some of them, or cubes over them, could not be. */
export function rotate(session: Session, _: readonly [], { message, leave = [] }: RotateChoices): Promise<number> {
  return writing(session, async (lake) => {
    const progress = await progressView(session);
    let done: Rotation;
    try {
      done = await rotateAndRemask(lake, { reason: message, leave, signal: session.signal, onProgress: progress.onProgress });
    } finally {
      progress.end();
    }
    const { secret, replaces, isNew, tables, left, failed, cubes } = done;
    const short = secret.slice(0, 16);
    const made = tables.map(({ table, version, rows, drops }) => `${tableVersionName(table, version.version)} is masked again: ${count(rows, 'row')} from ${count(drops, 'raw drop')}.`);
    await answer(session, rotationJson(done), [isNew ? `The secret is ${short} from now on.` : `The rotation to the secret ${short} went on.`, ...made]);
    for (const outcome of cubes) {
      if ('error' in outcome) await warn(session, `The cube ${outcome.name} was not refreshed and still has masks of the old secret. ${outcome.error.message}`);
      else await remark(session, `The cube ${outcome.name} was refreshed.`);
    }
    for (const { table, error } of failed) await warn(session, `${table} is still masked with the old secret, and its drops wait. ${error.message}${error.next === undefined ? '' : ` ${error.next}`}`);
    if (left.length > 0) await remark(session, `Left as ${left.length === 1 ? 'it is' : 'they are'}, under the old secret and closed to new rows: ${left.join(', ')}.`);
    if (replaces !== null) await remark(session, `Other workstations need the new secret: hms dta secret share here, hms dta secret accept there. Older versions of tables and cubes, and files that were published or exported before, keep the masks of the old one (${replaces.slice(0, 16)}): who knows that one can still try values on them.`);
    return failed.length === 0 && !cubes.some((outcome) => 'error' in outcome) ? 0 : 1;
  });
}

function rotationJson({ secret, replaces, isNew, tables, left, failed, cubes }: Rotation): object {
  return {
    secret,
    replaces,
    new: isNew,
    tables: tables.map(({ table, version, rows, drops }) => ({ table, version: version.version, rows, drops })),
    left,
    failed: failed.map(({ table, error }) => ({ table, code: error.code, message: error.message })),
    cubes: cubes.map((outcome) => ('error' in outcome ? { cube: outcome.name, code: outcome.error.code, message: outcome.error.message } : { cube: outcome.name, version: outcome.refreshed.version.version })),
  };
}
