import { HmsError, parseLooseInstant, TableName, tableVersionName } from '../../contract/index.ts';
import type { TableVersionDetail } from '../../core/index.ts';
import { compactTable } from '../../engine/compacting.ts';
import { tableShelf } from '../../engine/finish.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { foreignCommit, linesUnknown, tableUnknown } from '../../engine/tables/index.ts';
import { jsonWithList } from '../json.ts';
import { reading, writing } from '../opening.ts';
import { answer, goesOn, remark, warn } from '../session.ts';
import type { Session } from '../session.ts';
import { fields, table } from '../table.ts';
import { bytes, count, grouped, officeClock } from '../words.ts';

/** `hms dta table …` */

export function tableList(session: Session): Promise<void> {
  return reading(session, async (lake) => {
    const tables = lake.catalog.tables.all();
    const rows = await Promise.all(tables.map(async (version) => ({ ...versionJson(version), foreign: await foreignCommit(tableShelf(lake), version) })));
    if (!session.json && tables.length === 0) return session.out.line('This lake has no tables yet.');
    const when = officeClock(lake.lake.zone);
    const columns = [{ title: 'Table' }, { title: 'Newest' }, { title: 'Rows', align: 'right' as const }, { title: 'Files', align: 'right' as const }, { title: 'Bytes', align: 'right' as const }, { title: 'Committed' }, { title: '' }];
    const lines = rows.map(({ table: name, version, at, rows: n, files, bytes: size, foreign }) => [name, `v${version}`, known(n), known(files), known(size), when(at), foreign === null ? '' : 'another program wrote into its log']);
    await answer(session, { tables: rows }, table(columns, lines));
  });
}

const known = (n: number | null): string => (n === null ? 'not known' : grouped(n));

export function tableShow(session: Session, [typed]: readonly [string], options: { readonly files?: boolean }): Promise<void> {
  return reading(session, async (lake) => {
    const version = versionOf(lake, typed);
    const view = lake.catalog.tables.view(version, []);
    if (view === null) throw linesUnknown(version.table, version.version);
    const newest = lake.catalog.tables.version(version.table, null) ?? version;
    const foreign = await foreignCommit(tableShelf(lake), newest);
    if (foreign !== null) await warn(session, `Another program has written into the log of the table ${version.table}: ${foreign}. What follows is as the ledger has it; nothing is written to the table until that file is moved away.`);
    const columns = view.schema.map(({ name, type, nullable, comment }) => ({ name, type, nullable, comment: comment ?? null, partition: view.partitionColumns.includes(name) }));
    const files = view.files.map(({ path, partition, rows, size, sha256 }) => ({ path, partition, rows, size, sha256 }));
    if (session.json) {
      await jsonWithList(session, { ...versionJson(version), contract: version.contract, foreign, columns }, 'files', files);
      return;
    }
    const when = officeClock(lake.lake.zone);
    const { totals } = version;
    await session.out.lines(
      fields([
        ['Table', tableVersionName(version.table, version.version)],
        ['Committed', when(version.at)],
        ['Message', version.message],
        ['Contract', version.contract === null ? null : `${version.contract.name} ${version.contract.sha256.slice(0, 16)}`],
        ['Rows', totals === null ? null : grouped(totals.rows)],
        ['Files', totals === null ? null : `${count(totals.files, 'file')}, ${bytes(totals.bytes)}`],
        ['Partitioned by', view.partitionColumns.length === 0 ? null : view.partitionColumns.join(', ')],
      ]),
    );
    await session.out.line('');
    await session.out.lines(table([{ title: 'Column' }, { title: 'Type' }, { title: 'Required' }, { title: 'Comment' }], columns.map(({ name, type, nullable, comment }) => [name, type, nullable ? '' : 'yes', comment ?? ''])));
    if (options.files !== true) return;
    await session.out.line('');
    const list = files.map(({ path, partition, rows, size }) => [path, Object.entries(partition).map(([name, value]) => `${name}=${value ?? 'NULL'}`).join(' '), grouped(rows), grouped(size)]);
    await session.out.lines(table([{ title: 'File' }, { title: 'Partition' }, { title: 'Rows', align: 'right' }, { title: 'Bytes', align: 'right' }], list));
  });
}

const PAGE = 500;

export function tableLog(session: Session, [typed]: readonly [string], options: { readonly limit?: string }): Promise<void> {
  return reading(session, async (lake) => {
    const name = tableName(typed);
    if (lake.catalog.tables.version(name, null) === null) throw tableUnknown(typed);
    const most = limitOf(options.limit);
    if (session.json) {
      await jsonWithList(session, { table: name }, 'versions', jsonVersions(lake, name, most));
      return;
    }
    const when = officeClock(lake.lake.zone);
    const columns = [{ title: 'Version' }, { title: 'Entry', align: 'right' as const }, { title: 'Committed' }, { title: 'Did' }, { title: 'Rows in', align: 'right' as const }, { title: 'Rows out', align: 'right' as const }, { title: 'Message' }];
    for (const page of versionPages(lake, name, most)) {
      if (!(await goesOn(session))) return;
      await session.out.lines(table(columns, page.map(({ version, seq, at, operation, added, removed, message }) => [`v${version}`, String(seq), when(at), operation ?? '', known(added), known(removed), message ?? ''])));
    }
  });
}

function* versionPages(lake: ReadableLake, name: TableName, most: number): Generator<readonly TableVersionDetail[]> {
  let left = most;
  for (let below: number | null = null; left > 0; ) {
    const page = lake.catalog.tables.versions(name, below, Math.min(PAGE, left));
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    left -= page.length;
    below = last.version;
  }
}

function* jsonVersions(lake: ReadableLake, name: TableName, most: number): Generator<object> {
  for (const page of versionPages(lake, name, most)) yield* page.map(versionJson);
}

export function tableCompact(session: Session, [typed]: readonly [string]): Promise<void> {
  return writing(session, async (lake) => {
    const { version, before, after, rows } = await compactTable(lake, tableName(typed), { signal: session.signal });
    const name = version === null ? null : tableVersionName(version.table, version.version);
    await answer(session, { version: name, filesBefore: before, filesAfter: after, rows }, name === null ? [] : [name]);
    await remark(session, name === null ? 'No partition has more than one small file; the table was left as it is.' : `${count(before, 'file')} became ${grouped(after)}; ${count(rows, 'row')} were written anew.`);
  });
}

function tableName(typed: string): TableName {
  const parsed = TableName.safeParse(typed);
  if (!parsed.success) throw tableUnknown(typed);
  return parsed.data;
}

/** `trips`, `trips:v3` or `trips@2024-07-30T23:59:59Z`. */
function versionOf(lake: ReadableLake, typed: string): TableVersionDetail {
  const [, name = '', number, instant] = /^([^:@]*)(?::v([1-9]\d{0,8})|@(.+))?$/.exec(typed) ?? [];
  const parsed = tableName(name === '' ? typed : name);
  const newest = lake.catalog.tables.version(parsed, null);
  if (newest === null) throw tableUnknown(parsed);
  if (instant !== undefined) {
    const at = parseLooseInstant(instant);
    if (at === null) throw new HmsError('USAGE', `"${instant}" is not an instant.`, { kept: 'Nothing was changed.', next: `Write it with its zone: ${parsed}@2024-07-30T23:59:59Z` });
    const found = lake.catalog.tables.versionAt(parsed, at);
    if (found !== null) return found;
    throw new HmsError('VERSION_UNKNOWN', `The table ${parsed} did not exist at ${instant}; its first version is of ${lake.catalog.tables.version(parsed, 1)?.at ?? 'later'}.`, { kept: 'Nothing was changed.' });
  }
  const found = lake.catalog.tables.version(parsed, number === undefined ? null : Number(number));
  if (found === null) throw new HmsError('VERSION_UNKNOWN', `The table ${parsed} has no v${number ?? ''}; its newest is v${newest.version}.`, { kept: 'Nothing was changed.' });
  return found;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new HmsError('USAGE', `--limit is a number of versions, not "${text}".`, { kept: 'Nothing was changed.' });
}

function versionJson(version: TableVersionDetail): {
  table: TableName;
  version: number;
  seq: number;
  at: string;
  hash: string;
  message: string | null;
  operation: string | null;
  rowsAdded: number | null;
  rowsRemoved: number | null;
  files: number | null;
  rows: number | null;
  bytes: number | null;
} {
  const { table: name, version: number, seq, at, hash, message, operation, added, removed, totals } = version;
  return { table: name, version: number, seq, at, hash, message, operation, rowsAdded: added, rowsRemoved: removed, files: totals?.files ?? null, rows: totals?.rows ?? null, bytes: totals?.bytes ?? null };
}
