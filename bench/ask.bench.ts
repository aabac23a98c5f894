import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from 'duckdb';
import { instantOf } from '../src/contract/index.ts';
import type { TableName } from '../src/contract/index.ts';
import type { TableVersionDetail } from '../src/core/index.ts';
import { prepareQuestion } from '../src/engine/asking.ts';
import type { Question } from '../src/engine/asking.ts';
import { WarehouseTables } from '../src/engine/asking-tables.ts';
import { defineCube } from '../src/engine/cube-defining.ts';
import { refreshCube } from '../src/engine/cube-refreshing.ts';
import { tableShelf } from '../src/engine/finish.ts';
import { initLake } from '../src/engine/init.ts';
import { openToRead, openToWrite } from '../src/engine/open.ts';
import type { ReadableLake } from '../src/engine/open.ts';
import { QueryProcesses } from '../src/engine/query/index.ts';
import { tableFiles } from '../src/engine/tables/index.ts';
import { AS_OF, DRIVES, manyCommits, manyRows, PROGRAMS, TESTS, TESTS_OF_90_DAYS } from './ask-inputs.ts';
import { median } from './harness.ts';
import type { Bench, Row } from './harness.ts';
import { unflushedDisk } from '../test/builders/lake/unflushed.ts';

/** `HMS_BENCH_SHRINK=10`: a tenth of everything, to try it out. `HMS_BENCH_LAKE`: a folder in which the lake is kept, to measure again. */
const SHRINK = Number(process.env['HMS_BENCH_SHRINK'] ?? 1);
const COMMITS = Math.round(5_000 / SHRINK);
const FILES = 4;
const CUBE_ROWS = Math.round(50_000_000 / SHRINK);
const RESULT_ROWS = Math.round(12_000_000 / SHRINK);
const PAGE = 200;

const { signal } = new AbortController();
const say = (words: string): void => void process.stderr.write(`  ${words}\n`);
const n = (count: number): string => count.toLocaleString('en-US');

/** Questions: AS OF on a table of many commits, pages of a large result, a cube against its table. In one process, as in a program that is open: one query process is in reserve. */
export const ask: Bench = {
  name: 'ask',
  async run(folder, rounds) {
    const base = process.env['HMS_BENCH_LAKE'] ?? folder;
    const options = { folder: join(base, 'lake'), profile: join(base, 'profile') };
    await build(options, join(folder, 'parts'));
    const lake = await openToRead(options);
    const processes = new QueryProcesses({ questions: 'several' });
    try {
      const desk = new Desk(lake, processes);
      return [...(await asOf(desk, rounds)), ...(await pages(desk, rounds)), ...(await cube(desk, rounds, CUBES[0])), ...(await cube(desk, rounds, CUBES[1]))];
    } finally {
      await processes.close();
      await lake.close();
    }
  },
};

async function build(options: { folder: string; profile: string }, parts: string): Promise<void> {
  if (!existsSync(options.folder)) await (await initLake({ ...options, disk: unflushedDisk, zone: 'UTC' })).lake.close();
  const lake = await openToWrite({ ...options, disk: unflushedDisk });
  const has = (name: TableName): boolean => lake.catalog.tables.version(name, null) !== null;
  if (!has(DRIVES)) {
    say(`${n(COMMITS)} commits`);
    await manyCommits(lake, parts, COMMITS, FILES);
  }
  for (const { table, days, name } of CUBES) {
    if (!has(table)) {
      say(`${n(CUBE_ROWS)} rows of ${days} days`);
      await manyRows(lake, table, CUBE_ROWS, days);
    }
    if (has(name)) continue;
    await defineCube(lake, Buffer.from(cubeText(name, table)), { signal });
    const { rows } = await refreshCube(lake, name, { signal, asOf: AS_OF });
    say(`${n(rows)} rows in the cube`);
  }
  await lake.close();
}

interface CubeOf {
  readonly name: TableName;
  readonly table: TableName;
  /** Days that the table's rows are of. */
  readonly days: number;
  /** Condition of the question; its partitions leave the rows of the other programs out of it. */
  readonly where: string | null;
  readonly work: string;
}

/** One of which the window and the condition leave the most out of the question to the table, and one of which nothing is left out. */
const CUBES: readonly [CubeOf, CubeOf] = [
  { name: 'car_seatbelt_c_90d' as TableName, table: TESTS, days: 100, where: 'program_id = 12', work: 'rows of 100 days and two programs, of which one is asked for' },
  { name: 'car_seatbelt_all_90d' as TableName, table: TESTS_OF_90_DAYS, days: 89, where: null, work: 'rows that are all of the 90 days and all asked for' },
];

const cubeText = (name: TableName, table: TableName): string => `name: ${name}
sql: |
  SELECT program_id, model, tested_month, sum(fail) AS failures, count(*) AS tests FROM ${table} GROUP BY program_id, model, tested_month
window: {column: tested_at, days: 90}
refresh: by_hand
`;

interface Timed {
  readonly ms: number;
  readonly rows: readonly unknown[];
}

class Desk {
  readonly lake: ReadableLake;
  readonly processes: QueryProcesses;

  constructor(lake: ReadableLake, processes: QueryProcesses) {
    this.lake = lake;
    this.processes = processes;
  }

  /** From the text to the first rows, with a started process in reserve, as when somebody asks now and then. */
  async ask(sql: string): Promise<Timed> {
    await this.rest();
    const started = performance.now();
    const question = await prepareQuestion(this.lake, sql, { signal, processes: this.processes });
    try {
      await question.run(signal);
      const { rows } = await question.page(0, PAGE, signal);
      return { ms: performance.now() - started, rows };
    } finally {
      await question.close();
    }
  }

  open(sql: string): Promise<Question> {
    return prepareQuestion(this.lake, sql, { signal, processes: this.processes });
  }

  async rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function asOf(desk: Desk, rounds: number): Promise<Row[]> {
  const { tables } = desk.lake.catalog;
  const newest = tables.version(DRIVES, null) as TableVersionDetail;
  const [commits, all] = [newest.version, newest.totals?.files ?? 0];
  const before = tables.version(DRIVES, commits - 1) as TableVersionDetail;
  const then = `${DRIVES} FOR SYSTEM_TIME AS OF '${before.at}'`;
  const times = { newest: [] as number[], then: [] as number[], pruned: [] as number[], list: [] as number[], prunedList: [] as number[], all: [] as number[] };
  const provider = new WarehouseTables(desk.lake);
  for (let round = 0; round <= rounds; round++) {
    const first = { newest: 0, then: 0 };
    for (const side of round % 2 === 0 ? (['newest', 'then'] as const) : (['then', 'newest'] as const)) first[side] = (await desk.ask(`SELECT * FROM ${side === 'newest' ? DRIVES : then} LIMIT 100`)).ms;
    const pruned = (await desk.ask(`SELECT * FROM ${then} WHERE program_id = 7 LIMIT 100`)).ms;
    const counted = (await desk.ask(`SELECT count(*), max(day) FROM ${then} WHERE program_id = 7`)).ms;
    const list = await took(() => provider.find({ kind: 'table', name: DRIVES }, { kind: 'instant', at: before.at, isExplicit: true }));
    const prunedList = await took(() => tableFiles(tableShelf(desk.lake), before, [{ column: 'program_id', is: '=', value: '7' }]));
    // The first round warms up.
    if (round === 0) continue;
    times.newest.push(first.newest);
    times.then.push(first.then);
    times.pruned.push(pruned);
    times.all.push(counted);
    times.list.push(list);
    times.prunedList.push(prunedList);
  }
  const [files, left] = [n(all), n(Math.round(all / PROGRAMS))];
  const ratio = median(times.then) / median(times.newest);
  return [
    { work: `AS OF the last but one of ${n(commits)} commits / ${files} files: from the text to the first 100 rows`, ours: told(times.then), against: 'the newest', peer: told(times.newest), result: `${ratio.toFixed(2)} ×`, target: '≤ 1.2 ×', reached: ratio <= 1.2, memory: null },
    most(`the ledger (catalog) to the list of its ${files} files, warm`, times.list, 100),
    most(`the same where a partition leaves ${left}`, times.prunedList, 100),
    most(`AS OF, from the text to the first rows, ${files} files`, times.then, 600),
    most(`the same where a partition leaves ${left} files`, times.pruned, 150),
    { ...most('all rows of these counted', times.all, Infinity), target: '–' },
  ];
}

async function pages(desk: Desk, rounds: number): Promise<Row[]> {
  const question = await desk.open(`SELECT * FROM ${TESTS} LIMIT ${RESULT_ROWS}`);
  try {
    const { rows } = await question.run(signal);
    if (rows !== RESULT_ROWS) throw new Error(`The result has ${rows} rows.`);
    const first = [await took(() => question.page(0, PAGE, signal))];
    const later: number[] = [];
    for (let i = 0; i < rounds * 20; i++) later.push(await took(() => question.page(Math.floor(((i * 7_919) % 1_000) / 1_000 * (rows - PAGE)), PAGE, signal)));
    later.push(await took(() => question.page(rows - PAGE, PAGE, signal)));
    return [
      most(`first page (${PAGE} rows) of a result of ${n(rows)} rows that was just made`, first, 20),
      { ...most(`${n(later.length)} later pages of it, all over it`, later, 20), ours: `${median(later).toFixed(1)} ms (slowest ${Math.max(...later).toFixed(1)})`, result: `${Math.max(...later).toFixed(1)} ms`, reached: Math.max(...later) < 20 },
    ];
  } finally {
    await question.close();
  }
}

async function cube(desk: Desk, rounds: number, { name, table, where, work }: CubeOf): Promise<Row[]> {
  const sums = 'round(100.0 * failures / tests, 2) AS rate';
  const onCube = `SELECT model, ${sums} FROM (SELECT model, sum(failures) AS failures, sum(tests) AS tests FROM ${name}${where === null ? '' : ` WHERE ${where}`} GROUP BY model) ORDER BY model`;
  const newest = desk.lake.catalog.tables.version(table, null) as TableVersionDetail;
  const files = tableFiles(tableShelf(desk.lake), newest).parts.flatMap((part) => part.files);
  const after = instantOf(Date.parse(AS_OF) - 90 * 86_400_000);
  const source = `read_parquet([${files.map((file) => `'${file}'`).join(', ')}])`;
  const onTable = `SELECT model, ${sums} FROM (SELECT model, sum(fail) AS failures, count(*) AS tests FROM ${source} WHERE ${where === null ? '' : `${where} AND `}tested_at > TIMESTAMPTZ '${after}' AND tested_at <= TIMESTAMPTZ '${AS_OF}' GROUP BY model) ORDER BY model`;
  const bare = await (await DuckDBInstance.create(':memory:')).connect();
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const ours = await desk.ask(onCube);
    await desk.rest();
    const started = performance.now();
    const rows = (await bare.runAndReadAll(onTable)).getRowsJson();
    const ms = performance.now() - started;
    if (JSON.stringify(rows) !== JSON.stringify(ours.rows)) throw new Error(`The cube says something else: ${JSON.stringify(ours.rows)} and ${JSON.stringify(rows)}`);
    if (round === 0) continue;
    times.ours.push(ours.ms);
    times.bare.push(ms);
  }
  const [ours, peer] = [median(times.ours), median(times.bare)];
  return [
    {
      work: `ask a 90-day cube over ${n(newest.totals?.rows ?? 0)} ${work}: from the text to the answer`,
      ours: told(times.ours),
      against: 'the same of its table with bare DuckDB, in a process that is there',
      peer: told(times.bare),
      result: `${(peer / ours).toFixed(0)} × faster, ${ours.toFixed(0)} ms`,
      target: '≥ 50 × faster, < 50 ms',
      reached: peer / ours >= 50 && ours < 50,
      memory: null,
    },
  ];
}

async function took(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function told(times: readonly number[]): string {
  return `${median(times).toFixed(0)} ms (${times.map((ms) => ms.toFixed(0)).join(' ')})`;
}

function most(work: string, times: readonly number[], ms: number): Row {
  return { work, ours: told(times), against: '–', peer: '–', result: `${median(times).toFixed(0)} ms`, target: `< ${ms} ms`, reached: median(times) < ms, memory: null };
}
