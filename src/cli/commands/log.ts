import { HmsError } from '../../contract/index.ts';
import { parseSubject } from '../../core/index.ts';
import type { LogEntry } from '../../engine/catalog/index.ts';
import { wordsOf as bodyWords } from '../../engine/ledger-words.ts';
import type { ReadableLake } from '../../engine/open.ts';

import { jsonWithList } from '../json.ts';
import { messageAndOrigin } from './results.ts';
import { datasetOf, wholeNumber } from '../names.ts';
import { reading } from '../opening.ts';
import { goesOn } from '../session.ts';
import type { Session } from '../session.ts';
import { table } from '../table.ts';
import { officeClock } from '../words.ts';

const PAGE = 200;
const columns = [{ title: 'Entry', align: 'right' as const }, { title: 'At' }, { title: 'What' }, { title: 'Of' }, { title: 'By' }, { title: 'Words' }];

interface Told {
  readonly entry: LogEntry;
  /** Who signed, as people read it. */
  readonly by: string;
  /** What the entry's body says in the person's words; null where there is none, or it is not there any more. */
  readonly words: string | null;
}

/** What happened in the lake, or to one dataset, newest first. */
export function log(session: Session, [text]: readonly [string | undefined], { limit }: { readonly limit?: string }): Promise<void> {
  return reading(session, async (lake) => {
    const dataset = text === undefined ? null : datasetOf(lake, text);
    const most = limit === undefined ? Infinity : wholeNumber(limit);
    if (most === null || most === 0) throw new HmsError('USAGE', `"${limit}" is not a number of entries.`, { next: 'Write --limit 20.' });
    const pages = told(lake, dataset === null ? {} : { dataset }, most);
    if (session.json) {
      await jsonWithList(session, dataset === null ? {} : { dataset }, 'entries', jsonOf(pages));
      return;
    }
    const when = officeClock(lake.lake.zone);
    for await (const page of pages) {
      if (!(await goesOn(session))) return;
      await session.out.lines(table(columns, page.map((item) => rowOf(item, when))));
    }
  });
}

async function* told(lake: ReadableLake, filter: Parameters<ReadableLake['catalog']['log']>[0], most: number): AsyncGenerator<readonly Told[]> {
  const names = new Map(lake.catalog.keys().map((key) => [key.id, key.name ?? key.id.slice(0, 16)]));
  if (lake.station !== null) names.set(lake.station.id, lake.station.name);
  const own = lake.catalog.log({}, 1).entries[0]?.log ?? 0;
  let left = most;
  for (let before: number | null | undefined = undefined; before !== null && left > 0; ) {
    const page = lake.catalog.log({ ...filter, ...(before === undefined ? {} : { before }) }, Math.min(PAGE, left));
    left -= page.entries.length;
    before = page.next;
    const items: Told[] = [];
    for (const entry of page.entries) {
      items.push({ entry, by: entry.actor === null ? '' : (names.get(entry.actor) ?? entry.actor.slice(0, 16)), words: await wordsOf(lake, entry, own) });
    }
    yield items;
  }
}

async function* jsonOf(pages: AsyncIterable<readonly Told[]>): AsyncGenerator<object> {
  for await (const page of pages) {
    for (const { entry, by, words } of page) {
      const { seq, at, clock, op, subject, effect, why, txn, station, actor, leafHash, destroyed } = entry;
      yield { seq, at, clock, op, subject, effect, why, txn, station, actor, by, words, leafHash, body: entry.body, destroyed };
    }
  }
}

function rowOf({ entry, by, words }: Told, when: (instant: string) => string): string[] {
  const said = entry.destroyed === null ? (words ?? '') : `(destroyed under ${entry.destroyed.authority ?? 'an authority that was destroyed too'})`;
  const alarm = entry.effect ? '' : `WITHOUT EFFECT: ${entry.why ?? 'it cannot be read'} `;
  return [String(entry.seq), entry.at === null ? '' : when(entry.at), entry.op ?? '(not an entry)', shortSubject(entry.subject ?? ''), by, `${alarm}${said}`];
}

/** The 64 digits of a key would push everything else off the screen; --json has them all. */
function shortSubject(subject: string): string {
  return subject.replace(/^(key:[0-9a-f]{16})[0-9a-f]+$/, '$1');
}

/** As the body says it; of a version with where it comes from. */
async function wordsOf(lake: ReadableLake, entry: LogEntry, own: number): Promise<string | null> {
  const words = await bodyWords(lake, entry, own);
  const subject = entry.subject === null ? null : parseSubject(entry.subject);
  if (words === null || entry.op !== 'version.committed' || subject?.kind !== 'version') return words;
  const version = lake.catalog.version(subject.id, subject.version);
  return version === null ? words : messageAndOrigin(version, words);
}
