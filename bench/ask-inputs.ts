import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from 'duckdb';
import type { TableName } from '../src/contract/index.ts';
import { statsText } from '../src/core/index.ts';
import type { TableSchema } from '../src/core/index.ts';
import type { WritableLake } from '../src/engine/open.ts';
import { QueryProcesses, QuerySession } from '../src/engine/query/index.ts';
import { insertRows, tableDesk } from '../src/engine/table-rows.ts';
import { commitTables } from '../src/engine/tables/index.ts';
import type { NewPart } from '../src/engine/tables/index.ts';
import { openScratch } from '../src/engine/transform-world.ts';

/** Tables for questions, made by the engine's own writer on a disk that does not flush. */

export const DRIVES = 'drives' as TableName;
export const TESTS = 'car_sensor_tests' as TableName;
export const TESTS_OF_90_DAYS = 'car_sensor_tests_90d' as TableName;
/** Programs that the small files are laid out by: one in forty files is of one program. */
export const PROGRAMS = 40;
const ROWS = 20;

const drives: TableSchema = [
  { name: 'id', type: 'long', nullable: false },
  { name: 'program_id', type: 'integer', nullable: false },
  { name: 'model', type: 'string', nullable: false },
  { name: 'day', type: 'date', nullable: false },
];

/**
 * A table of many commits, each of `files` Parquet files of 20 rows with their statistics. The files are written by bare DuckDB; every commit goes through the ledger. Delta checkpoints,
 * which only other programs read, are left out.
 */
export async function manyCommits(lake: WritableLake, folder: string, commits: number, files: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const part = async (n: number): Promise<NewPart> => {
    const [program, first, day] = [n % PROGRAMS, n * ROWS, new Date(Date.UTC(2020, 0, 1 + Math.floor(n / 16))).toISOString().slice(0, 10)];
    const file = join(folder, 'part.parquet');
    await connection.run(`COPY (SELECT i AS id, ${program}::INTEGER AS program_id, 'Model-' || (i % 7) AS model, DATE '${day}' AS day FROM range(${first}, ${first + ROWS}) r(i)) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`);
    const bytes = readFileSync(file);
    const facts = (min: string, max: string): { min: string; max: string; nulls: number } => ({ min, max, nulls: 0 });
    const stats = statsText(ROWS, drives, new Map([['id', facts(String(first), String(first + ROWS - 1))], ['program_id', facts(String(program), String(program))], ['model', facts('Model-0', 'Model-6')], ['day', facts(day, day)]]), new Set());
    return { bytes: () => [bytes], rows: ROWS, partition: { program_id: String(program) }, stats };
  };
  for (let n = 0; n < commits; n++) {
    const parts: NewPart[] = [];
    for (let i = 0; i < files; i++) parts.push(await part(n * files + i));
    await commitTables(tableDesk(lake), { changes: [{ name: DRIVES, ...(n === 0 ? { definition: { schema: drives, partitionBy: ['program_id'] } } : {}), parts }], sources: [], message: `Drive ${n}` });
  }
  connection.closeSync();
}

const tests: TableSchema = [
  { name: 'program_id', type: 'integer', nullable: false },
  { name: 'model', type: 'string', nullable: false },
  { name: 'sensor', type: 'string', nullable: false },
  { name: 'fail', type: 'integer', nullable: false },
  { name: 'tested_at', type: 'timestamp', nullable: false },
  { name: 'tested_month', type: 'date', nullable: false },
];

/** The end of the 90 days of cubes over them. */
export const AS_OF = '2024-07-30T23:59:59Z';

/** A table of so many rows, evenly over the days before the end of 2024-07-30, in one commit, laid out by program and month. */
export async function manyRows(lake: WritableLake, name: TableName, rows: number, days: number): Promise<void> {
  const processes = new QueryProcesses();
  const scratch = await openScratch(lake);
  const session = new QuerySession(processes, { files: [], output: scratch.outputs, temporary: scratch.temporary });
  const at = `TIMESTAMPTZ '${AS_OF}' - to_seconds((i * ${days * 86_400}.0 / ${rows})::BIGINT)`;
  const select = `SELECT (11 + i % 2) AS program_id, 'Model-' || chr((65 + hash(i) % 26)::INTEGER) AS model, 'sensor-' || (hash(i + 7) % 40) AS sensor, (hash(i + 1) % 50 = 0)::INTEGER AS fail, ${at} AS tested_at,
    date_trunc('month', ${at})::DATE AS tested_month FROM range(${rows}) r(i)`;
  try {
    await insertRows(lake, [{ name, definition: { schema: tests, partitionBy: ['program_id', 'tested_month'] }, select }], { sources: [], message: 'Tests' }, { session, scratch, signal: new AbortController().signal, processes });
  } finally {
    await session.close();
    await scratch.close();
  }
}
