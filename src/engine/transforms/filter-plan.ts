import { HmsError } from '../../contract/index.ts';
import { chosenFiles } from './choose.ts';
import { nearest } from './columns.ts';
import { CSV_ENDINGS, readingOf, Sums } from './file-plans.ts';
import { FileThread, NOTHING_LEFT } from './file-thread.ts';
import type { FileDone } from './thread-protocol.ts';
import type { CsvFilterSpec } from './types.ts';
import type { Judged, Plan, Queries, SourceFile, World } from './world.ts';

/** The table that a condition is put to. */
const ROWS = 'rows';

/**
 * Each file is read twice: first the columns of the condition go into a plain table, for which the query process answers the numbers of the rows that are kept;
 * then those rows are copied byte for byte.
 */
export async function planFilter(spec: CsvFilterSpec, world: World): Promise<Plan> {
  const files = chosenFiles(world, spec.files, CSV_ENDINGS, 'CSV file');
  const statement = (number: string): string => `SELECT ${number} FROM ${ROWS} WHERE (${spec.where}\n)`;
  const judged = await world.judge(statement('1'));
  if (judged.allColumns) throw new HmsError('QUERY_REFUSED', 'A condition names its columns; * and COLUMNS(…) are not possible here.', { kept: NOTHING_LEFT });
  const other = judged.tables.find((name) => name.toLowerCase() !== ROWS);
  if (other !== undefined) throw new HmsError('QUERY_REFUSED', `A condition speaks of the rows of its own file; there is no table "${other}" here.`, { kept: NOTHING_LEFT, next: 'For several tables, use the transform sql.' });
  const thread = new FileThread(world.signal, (bytes) => world.read(bytes));
  const sums = new Sums();
  world.expect(files.length, 2 * files.reduce((sum, { size }) => sum + size, 0));
  let opened: Promise<Queries> | null = null;
  const planned = files.map((file, number) => ({
    path: file.path,
    bytes: async function* () {
      const queries = await (opened ??= world.queries(files.map((_, i) => world.scratch.input(i))));
      const { kept, done } = await keptRows(file, world.scratch.input(number), { spec, judged, statement, thread, queries, world });
      yield* thread.pieces({ do: 'keep', source: file, reading: readingOf(spec), kept }, ({ rows }) => sums.add({ rowsRead: done.rows, rowsKept: rows, raggedRows: done.ragged }));
      world.fileDone();
    },
  }));
  return { files: planned, replaced: [], counts: () => sums.all(), close: () => thread.close() };
}

interface Filtering {
  readonly spec: CsvFilterSpec;
  readonly judged: Judged;
  readonly statement: (number: string) => string;
  readonly thread: FileThread;
  readonly queries: Queries;
  readonly world: World;
}

/** The rows for which the condition is true, one bit a row. */
async function keptRows(file: SourceFile, plain: string, { spec, judged, statement, thread, queries, world }: Filtering): Promise<{ kept: Uint8Array; done: FileDone }> {
  const results: FileDone[] = [];
  const wish = { columns: judged.columns.filter((name) => name.toLowerCase() !== ROWS), numbered: true };
  await world.scratch.write(plain, thread.pieces({ do: 'plain', source: file, reading: readingOf(spec), wish }, (result) => results.push(result)));
  const done = results[0] ?? missing();
  const { table, rows } = done;
  const columns = table?.columns ?? [];
  const number = freeName(columns);
  try {
    await queries.table({ kind: 'plain', name: ROWS, file: plain, columns: [{ name: number, type: 'INTEGER' }, ...columns.map((name) => ({ name, type: 'VARCHAR' as const }))], longestRow: (table?.longestRow ?? 0) + 16 });
    const kept = new Uint8Array((rows >> 3) + 1);
    for await (const numbers of queries.numbers(statement(`"${number}"`))) for (const row of numbers) kept[row >> 3] = (kept[row >> 3] ?? 0) | (1 << (row & 7));
    return { kept, done };
  } catch (error) {
    throw inItsWords(error, file, wish.columns, table?.header ?? []);
  } finally {
    await world.scratch.remove(plain);
  }
}

function missing(): never {
  throw new Error('The thread that rewrites files did not say what it did.');
}

/** A name that no column has. */
function freeName(columns: readonly string[]): string {
  let name = '#row';
  while (columns.some((column) => column.toLowerCase() === name)) name += '#';
  return name;
}

/** A condition that names a column that the file does not have gets the file's own names, not those of what was made of it. */
function inItsWords(error: unknown, file: SourceFile, named: readonly string[], columns: readonly string[]): unknown {
  if (!(error instanceof HmsError) || error.code !== 'QUERY_REFUSED') return error;
  const unknown = named.filter((name) => !columns.some((column) => column.toLowerCase() === name.toLowerCase()));
  const about = unknown.find((name) => error.message.includes(`"${name}"`));
  if (about === undefined) return new HmsError('QUERY_REFUSED', `The condition does not work on "${file.path}": ${error.message}`, { kept: NOTHING_LEFT, next: 'All columns are text: to compare numbers, write CAST(temp AS DOUBLE) > 90, or TRY_CAST where some are not numbers.' });
  const near = nearest(about, columns);
  return new HmsError('COLUMN_UNKNOWN', `"${file.path}" has no column "${about}".${near === null ? '' : ` Is "${near}" meant?`}`, { kept: NOTHING_LEFT, next: `See its header with: hms dta cat ${file.ref} '${file.path}' --range 0-500` });
}
