import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CancelledError, HmsError, tableVersionName } from '../../contract/index.ts';
import type { ProgramId } from '../../contract/index.ts';
import type { DropDetail } from '../../engine/catalog/index.ts';
import { bytesOf, codeOf } from '../../engine/lake/index.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { dropContent, dropOfText } from '../../engine/raw-drops.ts';
import { DropStates, whyStored } from '../../engine/drop-states.ts';
import type { DropState } from '../../engine/drop-states.ts';
import { contractOf, Receiving } from '../../engine/receiving.ts';
import type { Received } from '../../engine/receiving.ts';
import { untilStopped } from '../interrupt.ts';
import { jsonWithList } from '../json.ts';
import { reading, writing } from '../opening.ts';
import { answer, goesOn, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { fields, table } from '../table.ts';
import { retryUnder } from './normalize.ts';
import { bytes, count, grouped, officeClock } from '../words.ts';

/** Raw drops. */

interface PutChoices {
  readonly program: number;
  readonly contract?: string;
  readonly as?: string;
}

/** Each file is in the ledger before the next is read, so that a stop loses none of those whose number was printed. */
export function put(session: Session, [files]: readonly [readonly string[]], { program, contract, as }: PutChoices): Promise<void> {
  if (as !== undefined && files.length > 1) throw new HmsError('USAGE', '--as names one file, and several are given.', { kept: 'Nothing was kept.' });
  return writing(session, async (lake) => {
    const order = { program: program as ProgramId, sender: lake.by.account, contract: contract === undefined ? null : contractOf(contract) };
    for (const file of files) await refuseNoFile(file);
    const receiving = await Receiving.begin(lake);
    const received: Received[] = [];
    try {
      for (const file of files) {
        const stopped = (): CancelledError => new CancelledError(received.length === 0 ? 'Nothing was kept.' : `${count(received.length, 'file')} of ${grouped(files.length)} ${received.length === 1 ? 'is' : 'are'} kept, with the numbers that were printed; of the others, nothing is.`);
        if (session.signal.aborted) throw stopped();
        if (session.out.isClosed) break;
        const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 });
        const one = await receiving.enter(order, await receiving.stage(as ?? (file === '-' ? 'stdin' : basename(file)), untilStopped(stream, session.signal, stopped)));
        received.push(one);
        if (!session.json) await session.out.line(String(one.rawId));
        if (one.duplicate) await remark(session, `"${one.name}" was there before, with the same bytes: it is raw drop ${one.rawId}.`);
      }
    } finally {
      await receiving.close();
    }
    const states = new DropStates();
    const ends = received.map((one) => {
      const drop = lake.catalog.dropById(one.drop);
      return { ...one, status: drop === null ? 'stored' : states.of(lake, drop).status };
    });
    for (const end of ends.filter(({ duplicate }) => contract !== undefined || duplicate)) {
      const drop = lake.catalog.dropById(end.drop);
      if (drop !== null && contract !== undefined && drop.contract !== contract) await remark(session, `Raw drop ${end.rawId} was sent ${drop.contract === null ? 'for no contract by name' : `for the contract ${drop.contract}`} when it came first, and that counts. ${end.status === 'normalized' ? `Its rows are in a table: hms dta raw explain ${end.rawId}` : `If it is for ${contract}: ${retryUnder(drop, contract)}`}`);
      else if (drop !== null && end.status === 'stored') await remark(session, `Raw drop ${end.rawId} is kept, and is not for a table now: ${whyStored(lake, drop)}. ${drop.contract === null ? 'Where it is for one' : 'If it is for another'}: ${retryUnder(drop)}`);
    }
    const waiting = ends.filter(({ status }) => status === 'queued_for_etl').length;
    if (waiting > 0) await remark(session, `${count(waiting, 'drop')} ${waiting === 1 ? 'waits' : 'wait'} to be normalized. A running program does it by itself; else: hms dta raw normalize`);
    await answer(session, { drops: ends.map(({ rawId, name, duplicate, status }) => ({ raw_id: rawId, name, status, duplicate })) }, []);
  });
}

async function refuseNoFile(file: string): Promise<void> {
  if (file === '-') return;
  const stats = await lstat(file).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new HmsError('SOURCE_UNREADABLE', `There is no file "${file}".`, { kept: 'Nothing was kept.', next: 'Look at the name, then run the command again.' });
  });
  if (!stats.isFile()) throw new HmsError('SOURCE_UNREADABLE', `"${file}" is not a file.`, { kept: 'Nothing was kept.', next: 'Name files; a folder becomes a dataset with: hms dta ingest' });
}

/** Rows aligned together. */
const PAGE = 1_000;

export function ls(session: Session, _: readonly [], { program, limit = Number.MAX_SAFE_INTEGER }: { readonly program?: number; readonly limit?: number }): Promise<void> {
  return reading(session, async (lake) => {
    const of = (program as ProgramId | undefined) ?? null;
    if (session.json) {
      await jsonWithList(session, { program: of }, 'drops', dropsOf(lake, of, limit));
      return;
    }
    const when = officeClock(lake.lake.zone);
    const states = new DropStates();
    let rows: string[][] = [];
    const flush = async (): Promise<void> => {
      if (rows.length > 0) await session.out.lines(table([{ title: 'Raw', align: 'right' }, { title: 'Program', align: 'right' }, { title: 'Received' }, { title: 'Bytes', align: 'right' }, { title: 'Status' }, { title: 'Name' }], rows));
      rows = [];
    };
    for (const drop of drops(lake, of, limit)) {
      if (!(await goesOn(session))) return;
      rows.push([drop.rawId === null ? drop.id : String(drop.rawId), drop.program === null ? 'not known' : String(drop.program), when(drop.at), drop.size === null ? 'not known' : grouped(drop.size), statusWords(states.of(lake, drop)), drop.name ?? 'not known']);
      if (rows.length === PAGE) await flush();
    }
    await flush();
    await remark(session, count(lake.catalog.dropCount(of), 'raw drop'));
  });
}

function* drops(lake: ReadableLake, program: ProgramId | null, limit: number): Generator<DropDetail> {
  let left = limit;
  for (let before: number | null = null; left > 0; ) {
    const page: ReturnType<typeof lake.catalog.drops> = lake.catalog.drops(program, before, Math.min(PAGE, left));
    yield* page.drops;
    left -= page.drops.length;
    if (page.next === null) return;
    before = page.next;
  }
}

function* dropsOf(lake: ReadableLake, program: ProgramId | null, limit: number): Generator<object> {
  const states = new DropStates();
  for (const drop of drops(lake, program, limit)) yield dropJson(drop, states.of(lake, drop));
}

export function show(session: Session, [text]: readonly [string]): Promise<void> {
  return reading(session, async (lake) => {
    const drop = dropOfText(lake, text);
    const { rawId, id, program, name, media, size, sha256, sender, contract, sentFor, at, repeats, destroyed } = drop;
    const state = new DropStates().of(lake, drop);
    const { outcome } = state;
    const known = <T>(value: T | null, words: (value: T) => string = String): string => (value === null ? (destroyed === null ? 'not known' : `destroyed under ${destroyed.authority ?? 'an authority that is not known'}`) : words(value));
    await answer(
      session,
      { ...dropJson(drop, state), findings: outcome?.findings ?? [], trouble: outcome?.trouble ?? null },
      fields([
        ['Raw drop', rawId === null ? `${id} (from before a fork)` : String(rawId)],
        ['Status', statusWords(state)],
        ['Tables', state.tables.length === 0 ? null : state.tables.map(({ table: of, version }) => tableVersionName(of, version)).join(', ')],
        ['Why', outcome === null ? null : outcome.trouble ?? `${count(outcome.findings.length, 'finding')}: hms dta raw explain ${rawId ?? id}`],
        ['Program', known(program)],
        ['Name', known(name)],
        ['Media type', known(media)],
        ['Size', known(size, bytes)],
        ['SHA-256', known(sha256)],
        ['Sender', known(sender)],
        ['Contract', contract === sentFor ? contract : `${contract ?? 'none'} (said later; sent for ${sentFor === null ? 'none by name' : sentFor})`],
        ['Received', officeClock(lake.lake.zone)(at)],
        ['Came again', repeats === 0 ? null : count(repeats, 'time')],
        ['UUID', id],
      ]),
    );
  });
}

/** In words for people. */
function statusWords({ status, takers }: DropState): string {
  const words = { queued_for_etl: 'waits', normalizing: 'is being normalized', normalized: 'normalized', quarantined: 'quarantined', stored: 'stored' } as const;
  return status === 'queued_for_etl' ? `waits for ${takers.map(({ compiled }) => compiled.plan.name).join(', ')}` : words[status];
}

function dropJson({ rawId, id, program, name, media, size, sha256, sender, contract, at, repeats }: DropDetail, { status, tables }: DropState): object {
  return { raw_id: rawId, uuid: id, status, tables: tables.map(({ table: of, version }) => ({ table: of, version })), program_id: program, name, media_type: media, bytes: size, sha256, sender, contract, received: at, duplicates: repeats };
}

/** A piece is held back until the next is there, and the last until the hash is right: altered bytes never look complete. */
export function cat(session: Session, [text]: readonly [string]): Promise<void> {
  return reading(session, async (lake) => {
    const drop = dropOfText(lake, text);
    const { place, sha256, name } = await dropContent(lake, drop);
    const hash = createHash('sha256');
    let held: Uint8Array | null = null;
    if (session.json) await session.out.text(`${JSON.stringify(dropJson(drop, new DropStates().of(lake, drop))).slice(0, -1)},"base64":"`);
    let rest: Uint8Array = Buffer.alloc(0);
    const write = async (piece: Uint8Array): Promise<void> => {
      if (!session.json) return session.out.bytes(piece);
      const all = Buffer.concat([rest, piece]);
      const whole = all.length - (all.length % 3);
      rest = all.subarray(whole);
      return session.out.text(all.toString('base64', 0, whole));
    };
    try {
      for await (const piece of bytesOf(place)) {
        if (!(await goesOn(session))) return;
        hash.update(piece);
        if (held !== null) await write(held);
        held = piece;
      }
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      throw damaged(name, 'are missing');
    }
    if (hash.digest('hex') !== sha256) throw damaged(name, 'are not those that arrived');
    if (held !== null) await write(held);
    if (session.json) await session.out.text(`${Buffer.from(rest).toString('base64')}"}\n`);
  });
}

function damaged(name: string, what: string): HmsError {
  return new HmsError('STORED_DAMAGED', `The stored bytes of "${name}" ${what}.`, { kept: 'Nothing was changed in the lake.', next: 'Run "hms dta verify" on the lake, and restore the file from a backup.' });
}
