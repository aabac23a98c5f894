import type { DatasetSummary } from '../../engine/catalog/index.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { jsonWithList } from '../json.ts';
import { reading } from '../opening.ts';
import type { Session } from '../session.ts';
import { goesOn, remark } from '../session.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { count, grouped, officeClock } from '../words.ts';
import { numberAndState, versionJson } from './results.ts';

/** Rows aligned together; a lake of 100,000 datasets is listed without holding all of them. */
const PAGE = 1_000;

const columns: readonly Column[] = [
  { title: 'Dataset' },
  { title: 'Newest' },
  { title: 'Files', align: 'right' },
  { title: 'Bytes', align: 'right' },
  { title: 'Committed' },
  { title: 'Tags' },
  { title: 'Also called' },
];

export function ls(session: Session): Promise<void> {
  return reading(session, async (lake) => {
    const { id, zone, sample } = lake.lake;
    if (session.json) {
      await jsonWithList(session, { lake: { id, folder: lake.paths.root, zone, sample } }, 'datasets', summaries(lake));
      return;
    }
    const { datasets } = lake.catalog.totals();
    if (datasets === 0) {
      await session.out.line('This lake has no datasets yet. Files become one with: hms dta ingest ID FILE... -m MESSAGE');
      return;
    }
    const when = officeClock(zone);
    for (const page of pages(lake)) {
      if (!(await goesOn(session))) return;
      await session.out.lines(table(columns, page.map((dataset) => rowOf(dataset, when))));
    }
    await remark(session, `${count(datasets, 'dataset')}${sample ? '; this lake is a sample, not for records' : ''}`);
  });
}

function* pages(lake: ReadableLake): Generator<readonly DatasetSummary[]> {
  for (let after: string | null = ''; after !== null; ) {
    const page = lake.catalog.datasets(after, PAGE);
    yield page.datasets;
    after = page.next;
  }
}

function* summaries(lake: ReadableLake): Generator<object> {
  for (const page of pages(lake)) {
    for (const { id, createdAt, aliases, versions, newest } of page) yield { id, createdAt, aliases, versions, newest: newest === null ? null : versionJson(newest) };
  }
}

function rowOf({ id, aliases, newest }: DatasetSummary, when: (instant: string) => string): string[] {
  if (newest === null) return [id, 'no version', '', '', '', '', aliases.join(', ')];
  const number = (value: number | null): string => (value === null ? 'not known' : grouped(value));
  return [id, numberAndState(newest), number(newest.files), number(newest.bytes), when(newest.at), newest.tags.join(', '), aliases.join(', ')];
}
