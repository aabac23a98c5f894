import { setTimeout } from 'node:timers/promises';
import { CancelledError, HmsError, tableVersionName } from '../../contract/index.ts';
import { assignContract } from '../../engine/assigning.ts';
import type { DropDetail } from '../../engine/catalog/index.ts';
import { DropStates, whyStored } from '../../engine/drop-states.ts';
import type { DropFinding, DropState, Quarantine } from '../../engine/drop-states.ts';
import { laterContracts } from '../../engine/drop-states.ts';
import { forgetOutcome, isWaiting, normalizeWaiting, queueLock } from '../../engine/normalizing.ts';
import type { Normalized } from '../../engine/normalizing.ts';
import type { ReadableLake, WritableLake } from '../../engine/open.ts';
import { dropOfText } from '../../engine/raw-drops.ts';
import { reading, writing } from '../opening.ts';
import { progressView } from '../progress.ts';
import { answer, remark, warn } from '../session.ts';
import type { Session } from '../session.ts';
import { count, grouped, officeClock } from '../words.ts';

/** `hms dta raw normalize`, `retry` and `explain`: raw drops into tables. */

/** How a drop is called to people. */
export function dropWords({ rawId, id }: DropDetail): string {
  return rawId === null ? id : String(rawId);
}

/** Works down what waits. Where another program of this workstation does, it waits for that one first. */
export function normalize(session: Session): Promise<number> {
  return writing(session, async (lake) => {
    const states = new DropStates();
    const lock = await lockOf(session, lake, states);
    if (lock === null) {
      await answer(session, { drops: 0, rows: 0, quarantined: 0, held: [] }, ['Nothing waits to be normalized.']);
      return 0;
    }
    try {
      const refused: DropDetail[] = [];
      const done = await worked(session, lake, states, refused, undefined);
      for (const drop of refused) await remark(session, `${dropWords(drop)} is quarantined: hms dta raw explain ${dropWords(drop)}`);
      for (const { tables, drops, error } of done.held) await warn(session, `${count(drops, 'drop')} for ${tables.join(', ')} must wait. ${error.message}${error.next === undefined ? '' : ` ${error.next}`}`);
      const { drops, rows, quarantined } = done;
      const nothing = drops === 0 && quarantined === 0 && done.held.length === 0;
      await answer(session, doneJson(done), [nothing ? 'Nothing waits to be normalized.' : `${count(drops, 'raw drop')} normalized, ${count(rows, 'row')}.${quarantined === 0 ? '' : ` ${count(quarantined, 'drop')} quarantined.`}`]);
      return quarantined === 0 && done.held.length === 0 ? 0 : 1;
    } finally {
      lock.release();
    }
  });
}

function doneJson({ drops, rows, quarantined, held }: Normalized): object {
  return { drops, rows, quarantined, held: held.map(({ tables, drops: waiting, error }) => ({ tables, drops: waiting, code: error.code, message: error.message })) };
}

/** Null where nothing waits any more. */
async function lockOf(session: Session, lake: WritableLake, states: DropStates): Promise<{ release(): void } | null> {
  for (let isTold = false; isWaiting(lake, states); isTold = true) {
    const lock = await queueLock(lake);
    if (lock !== null) return lock;
    if (!isTold) await remark(session, 'Another program of this workstation is at work on them; waiting for it.');
    if (session.signal.aborted) throw new CancelledError('What is not normalized waits.');
    await setTimeout(500);
    await lake.refresh();
  }
  return null;
}

async function worked(session: Session, lake: WritableLake, states: DropStates, refused: DropDetail[], only: readonly DropDetail[] | undefined): Promise<Normalized> {
  const progress = await progressView(session);
  try {
    return await normalizeWaiting(lake, {
      signal: session.signal,
      onProgress: progress.onProgress,
      states,
      ended: ({ drop, is }) => void (is === 'refused' && refused.push(drop)),
      ...(only === undefined ? {} : { only }),
    });
  } finally {
    progress.end();
  }
}

/** Tries drops again that were set aside, at once; with a contract, under that one from now on. */
export function retry(session: Session, [texts]: readonly [readonly string[]], { contract }: { readonly contract?: string }): Promise<number> {
  return writing(session, async (lake) => {
    const states = new DropStates();
    const drops = texts.map((text) => dropOfText(lake, text));
    if (contract !== undefined) for (const [i, drop] of drops.entries()) drops[i] = await assignContract(lake, drop, contract, lake.by.account);
    for (const drop of drops) if (states.of(lake, drop).status === 'stored') throw noTaker(lake, drop);
    for (const drop of drops) forgetOutcome(lake, drop);
    const done = await worked(session, lake, states, [], drops);
    const [held] = done.held;
    if (held !== undefined) throw held.error;
    const ends = drops.map((drop) => ({ drop, state: states.of(lake, drop) }));
    await answer(session, { drops: ends.map(({ drop, state }) => stateJson(drop, state)) }, ends.flatMap(({ drop, state }) => explanation(lake, drop, state)));
    return ends.every(({ state }) => state.status === 'normalized') ? 0 : 1;
  });
}

/** The command that gives a drop another contract. */
export function retryUnder(drop: DropDetail, contract = 'NAME'): string {
  return `hms dta raw retry ${dropWords(drop)} --contract ${contract}`;
}

function noTaker(lake: ReadableLake, drop: DropDetail): HmsError {
  return new HmsError('CONTRACT_UNKNOWN', `Raw drop ${dropWords(drop)} is kept and is not for a table: ${whyStored(lake, drop)}.`, { kept: 'Nothing was changed.', ...(drop.destroyed === null ? { next: `Where it is for another contract: ${retryUnder(drop)}. The contracts are listed by: hms dta contract show` } : {}) });
}

export function explain(session: Session, [text]: readonly [string]): Promise<void> {
  return reading(session, async (lake) => {
    const drop = dropOfText(lake, text);
    const state = new DropStates().of(lake, drop);
    await answer(session, stateJson(drop, state), explanation(lake, drop, state));
  });
}

/** As JSON. */
export function stateJson(drop: DropDetail, { status, tables, takers, outcome }: DropState): object {
  return {
    raw_id: drop.rawId,
    uuid: drop.id,
    status,
    tables: tables.map(({ table, version }) => ({ table, version })),
    contracts: takers.map(({ compiled: { plan } }) => `${plan.name}:${plan.version}`),
    outcome: outcome === null ? null : { at: outcome.at, attempts: outcome.attempts, again: outcome.again, contracts: outcome.contracts, rows: outcome.rows, line_word: outcome.lineWord, trouble: outcome.trouble, findings: outcome.findings },
  };
}

/** What has become of a drop, as a person reads it. */
export function explanation(lake: ReadableLake, drop: DropDetail, state: DropState): string[] {
  const called = `Raw drop ${dropWords(drop)}${drop.name === null ? '' : ` ("${drop.name}")`}`;
  const { status, tables, takers, outcome } = state;
  if (status === 'normalized') return [`${called} is normalized: its rows are in ${tables.map(({ table, version }) => tableVersionName(table, version)).join(' and ')}.`];
  if (outcome === null) {
    const end = `${called} is kept as it came, and nothing more is done with it: ${whyStored(lake, drop)}.`;
    if (status === 'stored' && drop.destroyed !== null) return [end];
    if (status === 'stored') return [`${end} Where a contract that takes it is published later, its rows come into that table. Where it is for one that is there: ${retryUnder(drop)}`];
    const names = takers.map(({ compiled: { plan } }) => `${plan.name}:${plan.version}`).join(' and ');
    return [`${called} waits to be normalized under ${names}. A running program does it by itself; else: hms dta raw normalize`];
  }
  const when = officeClock(lake.lake.zone)(outcome.at);
  if (outcome.trouble !== null) return [`${called} could not be normalized (${when}, ${count(outcome.attempts, 'attempt')}): ${outcome.trouble}`, outcome.again === null ? `It is tried again with: hms dta raw retry ${dropWords(drop)}` : 'It is tried again by itself.'];
  return [`${called} is quarantined (${when}): ${outcome.rows > 1 ? `none of its ${grouped(outcome.rows)} rows` : 'nothing of it'} came into a table, and its bytes are kept as they came.`, ...surprises(outcome), ...outcome.findings.filter(({ kind }) => kind !== 'UNKNOWN_COLUMN').flatMap((finding) => findingLines(finding, outcome)), ...nextLines(lake, drop, outcome)];
}

function surprises({ findings }: Quarantine): string[] {
  const unknown = findings.filter(({ kind }) => kind === 'UNKNOWN_COLUMN');
  if (unknown.length === 0) return [];
  const names = [...new Set(unknown.flatMap(({ column }) => (column === null ? [] : [column])))];
  const others = unknown.filter(({ column }) => column === null).map(({ message }) => `  ${message}`);
  return ['', ...(names.length === 0 ? [] : [`Surprise columns, which the contract does not know: ${names.map((name) => `"${name}"`).join(', ')}`]), ...others];
}

function findingLines({ column, message, count: times, samples, contract }: DropFinding, { lineWord, contracts }: Quarantine): string[] {
  const where = [contracts.length > 1 ? contract : '', column ?? ''].filter((word) => word !== '').join('.');
  const rows = samples.map(({ line, value, why }) => `  ${lineWord} ${grouped(line)}${value === null ? '' : `: ${JSON.stringify(value)}`}${why === null ? '' : `, ${why}`}`);
  const more = times - samples.length;
  return ['', `${where === '' ? '' : `${where}: `}${message}${times > 1 ? ` (${grouped(times)})` : ''}`, ...rows, ...(samples.length > 0 && more > 0 ? [`  and ${grouped(more)} more`] : [])];
}

function nextLines(lake: ReadableLake, drop: DropDetail, { contracts }: Quarantine): string[] {
  const later = laterContracts(lake, contracts);
  const retry = `hms dta raw retry ${dropWords(drop)}`;
  if (later.length > 0) return ['', `${later.join(' and ')} ${later.length === 1 ? 'was' : 'were'} published since. Try it again: ${retry}`];
  return ['', `Where the file is right, mend the contract (hms dta contract publish), then: ${retry}`, 'Where the file is wrong, have it sent again as it should be: that is a drop of its own, and this one stays as it is.', `Where the file is for another contract: ${retryUnder(drop)}`];
}
