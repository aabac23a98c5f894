import { HmsError } from '../../contract/index.ts';
import type { LogicalPath } from '../../contract/index.ts';
import { chosenFiles, hasEnding, refuseClashes, withEnding } from './choose.ts';
import { nearest } from './columns.ts';
import { CSV_ENDINGS, JSON_ENDINGS, readingOf, Sums } from './file-plans.ts';
import { FileThread, NOTHING_LEFT } from './file-thread.ts';
import type { PlainTable } from './plain-table.ts';
import type { FileDone, FileJob } from './thread-protocol.ts';
import type { CsvReading, CsvToParquetSpec, SqlSpec } from './types.ts';
import type { Plan, PlannedFile, QueryTable, Scratch, SourceFile, World } from './world.ts';

/** Transforms whose results the query process writes. */

const TABLE_ENDINGS = ['.csv', '.tsv', '.txt'];
const PARQUET = '.parquet';
/** Endings of tables, in words. */
export const TABLE_NAMES = [...TABLE_ENDINGS, ...JSON_ENDINGS, PARQUET].join(', ');

export function planCsvToParquet(spec: CsvToParquetSpec, world: World): Plan {
  const files = chosenFiles(world, spec.files, CSV_ENDINGS, 'CSV file');
  const names = files.map(({ path }) => withEnding(path, CSV_ENDINGS, PARQUET));
  refuseClashes(names, world);
  const thread = new FileThread(world.signal, (bytes) => world.read(bytes));
  const sums = new Sums();
  world.expect(files.length, files.reduce((sum, { size }) => sum + size, 0));
  const open = once(() => world.queries(files.map((_, i) => world.scratch.input(i))));
  const planned = files.map((file, number): PlannedFile => ({
    path: names[number] as LogicalPath,
    bytes: async function* () {
      const { table, done } = await plainTable(file, String(number), world.scratch.input(number), spec, thread, world.scratch);
      const result = world.scratch.output(`${number}.parquet`);
      try {
        const queries = await open();
        await queries.table(table);
        const rows = await queries.write(`SELECT * FROM "${number}"`, result, 'parquet');
        if (rows !== done.rows) throw new Error(`"${file.path}" has ${done.rows} rows, and ${rows} were written.`);
      } finally {
        await world.scratch.remove(world.scratch.input(number));
      }
      yield* world.scratch.read(result);
      await world.scratch.remove(result);
      sums.add({ rows: done.rows, raggedRows: done.ragged });
      world.fileDone();
    },
  }));
  return { files: planned, replaced: spec.replace === true ? files.map(({ path }) => path) : [], counts: () => sums.all(), close: () => thread.close() };
}

export async function planSql(spec: SqlSpec, world: World): Promise<Plan> {
  const format = hasEnding(spec.as, ['.csv']) ? 'csv' : hasEnding(spec.as, [PARQUET]) ? 'parquet' : null;
  if (format === null) throw new HmsError('USAGE', `The result is written as CSV or Parquet, so its name ends in .csv or .parquet; "${spec.as}" does not.`, { kept: NOTHING_LEFT, next: 'Give another name: --as result.csv' });
  const { tables } = await world.judge(spec.sql);
  const files = tables.map((name) => ({ name, file: fileFor(name, world) }));
  const thread = new FileThread(world.signal, (bytes) => world.read(bytes));
  world.expect(files.length, files.reduce((sum, { file }) => sum + file.size * readsOf(file), 0));
  let counts: Readonly<Record<string, number>> = {};
  const result = world.scratch.output(`result.${format}`);
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    const isParquet = ({ path }: SourceFile): boolean => hasEnding(path, [PARQUET]);
    const queries = await world.queries(files.map(({ file }, i) => (isParquet(file) ? file.stored : world.scratch.input(i))));
    let read = 0;
    let ragged = 0;
    for (const [i, { name, file }] of files.entries()) {
      if (isParquet(file)) {
        await thread.run({ do: 'check', source: file });
        await queries.table({ kind: 'parquet', name, file: file.stored });
      } else {
        const { table, done } = await plainTable(file, name, world.scratch.input(i), spec, thread, world.scratch);
        read += done.rows;
        ragged += done.ragged;
        await queries.table(table);
      }
      world.fileDone();
    }
    const rows = await queries.write(spec.sql, result, format);
    for (const [i, { file }] of files.entries()) if (!isParquet(file)) await world.scratch.remove(world.scratch.input(i));
    counts = { tables: files.length, ...(read === 0 ? {} : { rowsRead: read }), rows, ...(ragged === 0 ? {} : { raggedRows: ragged }) };
    yield* world.scratch.read(result);
    await world.scratch.remove(result);
  };
  return { files: [{ path: spec.as, bytes }], replaced: [], counts: () => counts, close: () => thread.close() };
}

function readsOf({ path }: SourceFile): number {
  return hasEnding(path, JSON_ENDINGS) ? 2 : 1;
}

/** Writes a CSV or JSON file into the scratch folder as a plain table of text. */
export async function plainTable(file: SourceFile, name: string, plain: string, reading: CsvReading, thread: FileThread, scratch: Pick<Scratch, 'write'>): Promise<{ table: QueryTable; done: FileDone }> {
  const job: FileJob = hasEnding(file.path, JSON_ENDINGS) ? { do: 'jsonTable', source: file, as: 'plain' } : { do: 'plain', source: file, reading: readingOf(reading), wish: { columns: null, numbered: false } };
  const results: FileDone[] = [];
  await scratch.write(plain, thread.pieces(job, (result) => results.push(result)));
  const [done] = results;
  const written: PlainTable | null = done?.table ?? null;
  if (done === undefined || written === null) throw new Error('The thread that rewrites files wrote no table.');
  if (written.columns.length === 0) throw new HmsError('CONTENT_REFUSED', `"${file.path}" has no rows that could tell its columns.`, { kept: NOTHING_LEFT });
  const columns = written.columns.map((column) => ({ name: column, type: 'VARCHAR' as const }));
  return { table: { kind: 'plain', name, file: plain, columns, longestRow: written.longestRow }, done };
}

/** The file that a table's name means: its name in the version, with the version in front of it (`WF:v1/a.csv`), or its name without folder and ending where that is one file's alone. */
function fileFor(name: string, { sources }: World): SourceFile {
  const exact = sources.flatMap((source) => {
    const prefix = `${source.ref}/`;
    const within = name.toLowerCase().startsWith(prefix.toLowerCase()) ? name.slice(prefix.length) : name;
    const file = source.fileAt(within as LogicalPath);
    return file === null ? [] : [file];
  });
  const found = exact.length > 0 ? exact : sources.flatMap((source) => [...source.files()].filter(({ path }) => isTable(path) && stem(path).toLowerCase() === name.toLowerCase()));
  const [file, second] = found;
  if (second !== undefined) throw new HmsError('QUERY_REFUSED', `"${name}" may mean ${found.slice(0, 3).map(({ ref, path }) => `"${ref}/${path}"`).join(' or ')}.`, { kept: NOTHING_LEFT, next: 'Write the whole name, in double quotes.' });
  if (file === undefined) {
    const near = nearest(name, sources.flatMap((source) => [...source.files()].slice(0, 10_000).map(({ path }) => path)));
    throw new HmsError('FILE_UNKNOWN', `There is no file "${name}" in ${sources.map(({ ref }) => ref).join(', ')}.${near === null ? '' : ` Is "${near}" meant?`}`, { kept: NOTHING_LEFT, next: `A table is a file: FROM "sensorA.csv". See the names with: hms dta files ${sources[0]?.ref ?? 'ID'}` });
  }
  if (!isTable(file.path)) throw new HmsError('CONTENT_REFUSED', `"${file.path}" is not a table: its name does not end in ${TABLE_NAMES}.`, { kept: NOTHING_LEFT });
  return file;
}

/** Whether a file of that name can be read as a table. */
export function isTable(path: string): boolean {
  return hasEnding(path, [...TABLE_ENDINGS, ...JSON_ENDINGS, PARQUET]);
}

function stem(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.[^.]*$/, '');
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
