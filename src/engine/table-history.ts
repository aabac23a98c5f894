import type { DropId, TableName } from '../contract/index.ts';
import { tableHead } from '../contract/index.ts';
import type { HeadOf } from '../contract/index.ts';
import { parseEntry, parseSubject } from '../core/index.ts';
import type { TableVersionDetail } from '../core/index.ts';
import { leafAt, originsOf, readBody } from './lake/index.ts';
import type { LakePaths } from './lake/index.ts';
import type { ReadableLake } from './open.ts';

/** What brought the rows of a table, as the entries of its versions say. */

/** A version with which rows came. */
export interface Arrival {
  readonly version: TableVersionDetail;
  /** `normalize`: from raw drops as they are; `insert`: a program made them. Null where the entry says none, or its words are missing. */
  readonly transform: string | null;
  /** Raw drops that the entry names. */
  readonly drops: readonly DropId[];
}

const PAGE = 500;

/** Every version of a table that brought rows, oldest first. Those that wrote rows anew which were there (compaction, another secret) are none. */
export async function arrivalsOf(lake: ReadableLake, name: TableName): Promise<readonly Arrival[]> {
  const versions: TableVersionDetail[] = [];
  for (let below: number | null = null; ; ) {
    const page: TableVersionDetail[] = lake.catalog.tables.versions(name, below, PAGE);
    versions.push(...page);
    if (page.length < PAGE) break;
    below = page.at(-1)?.version ?? null;
  }
  const bringing = versions.reverse().filter(({ operation, added }) => operation === null || ((operation === 'CREATE TABLE' || operation === 'WRITE') && added !== 0));
  const origins = bringing.every(({ own }) => own) ? [] : await originsOf(lake);
  const arrivals: Arrival[] = [];
  for (const version of bringing) {
    const paths = version.own ? lake.paths : origins[lake.catalog.entryByTxn(version.txn)?.log ?? -1]?.paths;
    const said = paths === undefined ? null : await wordsAt(lake, paths, version);
    arrivals.push({ version, transform: said?.head.transform ?? null, drops: said?.drops ?? [] });
  }
  return arrivals;
}

async function wordsAt(lake: ReadableLake, paths: LakePaths, version: TableVersionDetail): Promise<{ head: HeadOf<'table.committed'>; drops: readonly DropId[] } | null> {
  const folder = paths.entry(version.seq);
  const leaf = await leafAt(folder, lake.durable.place, lake.clock);
  const parsed = leaf.is === 'leaf' ? parseEntry(leaf.bytes) : null;
  if (parsed?.ok !== true || parsed.entry.txn !== version.txn) return null;
  const body = await readBody(folder, parsed.entry);
  const head = body.is === 'kept' ? tableHead(body.head) : null;
  if (head?.op !== 'table.committed') return null;
  const drops = parsed.entry.inputs.flatMap((input) => {
    const source = 'ref' in input ? parseSubject(input.ref) : null;
    return source?.kind === 'raw' ? [source.uuid] : [];
  });
  return { head, drops };
}
