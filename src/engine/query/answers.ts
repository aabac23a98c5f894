import type { DuckDBConnection } from 'duckdb';
import { Failed, failureOf, Refusal } from './failures.ts';
import { faithfulSelect, faithfulValue } from './faithful.ts';
import { judgeTree } from './gate.ts';
import { KeptResult, RESULT } from './kept-result.ts';
import { runWith } from './parameters.ts';
import { tellProgress } from './progress.ts';
import { fromBytes, fromCodePoints } from './places.ts';
import { Planner } from './planner.ts';
import type { Answer, Cell, ColumnStatistics, CopyFormat, Order, Page, Parameters, ResultColumn } from './protocol.ts';
import { identifier, literal } from './sources.ts';
import { TreeText } from './tree-text.ts';

/** Questions in the query process: a result is made once, kept in a temporary table, and read from it by row number, so that rows once shown never change place. */

type Question = Extract<Order, { do: 'plan' | 'ask' | 'page' | 'statistics' | 'copy' }>;

const REHEARSAL = "SELECT b, sum(a) AS n FROM t WHERE a >= 0 AND b = 'x' || '' AND c > DATE '2024-07-31' - INTERVAL 90 DAYS GROUP BY b ORDER BY b";
/** So often, because what runs it is made quicker by being run. */
const REHEARSALS = 4;
const REHEARSE_MS = 50;
const MAKE = `CREATE OR REPLACE TEMP TABLE ${RESULT} AS `;
/** UTF-16 units of one cell that a page shows; what is longer is cut there, and whole in what is written to files. */
const CELL_UNITS = 65_536;
/** Units of one page; it then ends early. */
const PAGE_UNITS = 4 * 2 ** 20;
/** Rows, and units, of the page that comes with the answer. */
const FIRST_ROWS = 200;
const FIRST_UNITS = 2 ** 18;
/** Of smallest and largest values. */
const BOUND_UNITS = 200;

interface Rows {
  readonly columns: readonly ResultColumn[];
  readonly page: Page;
  /** How many there are in that place, also those behind the end of the page. */
  readonly found: number;
}

export class Answers {
  readonly #connection: DuckDBConnection;
  readonly #tables: () => readonly string[];
  readonly #answer: (answer: Answer) => void;
  readonly #trees: TreeText;
  readonly #kept: KeptResult;
  #rows = 0;
  #planner: Promise<Planner> | null = null;
  #planning: Planner | null = null;
  #rehearsal: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isWanted = false;

  constructor(connection: DuckDBConnection, tables: () => readonly string[], answer: (answer: Answer) => void) {
    this.#connection = connection;
    this.#tables = tables;
    this.#answer = answer;
    this.#trees = new TreeText(connection);
    this.#kept = new KeptResult(connection);
  }

  interrupt(): void {
    this.#planning?.connection.interrupt();
  }

  /** Makes ready what the first question needs; and where it does not come at once, does what every question does, because the first time takes several times as long. */
  expect(): void {
    this.#planner ??= Planner.open();
    // Whoever plans is told.
    this.#planner.catch(() => undefined);
    this.#timer ??= setTimeout(() => {
      this.#rehearsal = this.#rehearse().catch(() => undefined);
    }, REHEARSE_MS);
  }

  /** An order came: the connection is its own from now on. */
  async begin(): Promise<void> {
    this.#isWanted = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#rehearsal;
  }

  async #rehearse(): Promise<void> {
    const planner = await this.#planner;
    await this.#connection.run(`CREATE TEMP VIEW "hms rehearsal" AS SELECT i::INTEGER AS a, 'x' || i AS b FROM range(3) r(i)`);
    try {
      for (let i = 0; i < REHEARSALS && !this.#isWanted; i++) {
        await planner?.plan(REHEARSAL, {}, 'conditions');
        judgeTree(await this.#trees.of(REHEARSAL), this.#tables());
        await runWith(this.#connection, `${MAKE}SELECT b, sum(a) AS n FROM "hms rehearsal" WHERE a >= 0 GROUP BY b ORDER BY b`, {});
        await this.#readBy(this.#kept.select(0, 1), 1);
      }
    } finally {
      await this.#connection.run(`DROP TABLE IF EXISTS ${RESULT}; DROP VIEW "hms rehearsal"`);
    }
  }

  async do(order: Question, isInterrupted: () => boolean): Promise<Answer> {
    switch (order.do) {
      case 'plan':
        this.#planner ??= Planner.open();
        this.#planning = await this.#planner;
        return { is: 'planned', plan: await this.#planning.plan(order.sql, order.parameters, order.look) };
      case 'ask':
        return this.#ask(order.explain, order.sql, order.parameters, isInterrupted);
      case 'page':
        return { is: 'page', page: (await this.#read(order.from, order.limit, PAGE_UNITS)).page };
      case 'statistics':
        return { is: 'statistics', columns: await this.#statistics() };
      case 'copy':
        return { is: 'done', rows: await this.#copy(order.file, order.format) };
    }
  }

  async #ask(explain: string, sql: string, parameters: Parameters, isInterrupted: () => boolean): Promise<Answer> {
    await this.#judge(sql);
    if (explain !== '') return this.#explain(explain, sql, parameters, isInterrupted);
    // What has no name of its own as a statement, as DESCRIBE, stands in brackets only.
    const [before, after] = /^[\s;]*(?:--[^\n]*\n|\/\*.*?\*\/|\s)*(?:describe|desc|summarize|show)\b/is.test(sql) ? ['SELECT * FROM (', '\n)'] : ['', ''];
    const text = `${MAKE}${before}${sql.replace(/[\s;]+$/, '')}${after}`;
    const prefix = MAKE.length + before.length;
    const telling = tellProgress(this.#connection, this.#answer);
    let made: unknown[] | undefined;
    try {
      [made] = await runWith(this.#connection, text, parameters);
    } catch (error) {
      throw new Failed(failureOf(error, isInterrupted(), text, prefix));
    } finally {
      clearInterval(telling);
    }
    return this.#asked(Number(made?.[0]), isInterrupted);
  }

  /** Once more what the engine sends: whatever became of the text on its way, nothing but a SELECT over the tables that were given runs. */
  async #judge(sql: string): Promise<void> {
    const verdict = judgeTree(await this.#trees.of(sql), this.#tables());
    if (verdict.ok) return;
    const { why, place } = verdict;
    throw new Refusal(why, place === null ? null : 'bytes' in place ? fromBytes(sql, place.bytes) : fromCodePoints(sql, place.codePoints));
  }

  async #explain(explain: string, sql: string, parameters: Parameters, isInterrupted: () => boolean): Promise<Answer> {
    const text = `${explain}${sql}`;
    const rows = await runWith(this.#connection, text, parameters).catch((error: unknown) => {
      throw new Failed(failureOf(error, isInterrupted(), text, explain.length));
    });
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${RESULT} (explain_key VARCHAR, explain_value VARCHAR)`);
    for (const row of rows) await runWith(this.#connection, `INSERT INTO ${RESULT} VALUES ($1, $2)`, { 1: String(row[0]), 2: String(row[1]) });
    return this.#asked(rows.length, isInterrupted);
  }

  async #asked(rows: number, isInterrupted: () => boolean): Promise<Answer> {
    this.#kept.begin();
    this.#rows = rows;
    let first = await this.#read(0, FIRST_ROWS, FIRST_UNITS);
    const names = first.columns.map(({ name }) => name);
    if (await this.#kept.freeRowNumber(names)) first = await this.#read(0, FIRST_ROWS, FIRST_UNITS);
    if (!isInterrupted()) await this.#kept.numberGroups(rows, names);
    // Nobody waits for the answer, and one that was stopped may have groups without numbers.
    if (isInterrupted()) throw new Refusal('Interrupted.');
    return { is: 'asked', columns: first.columns, rows, first: first.page };
  }

  async #read(from: number, limit: number, most: number): Promise<Rows> {
    const read = await this.#readBy(this.#kept.select(from, limit), most);
    return read.found === Math.max(0, Math.min(limit, this.#rows - from)) ? read : this.#readBy(this.#kept.select(from, limit, false), most);
  }

  async #readBy(select: string, most: number): Promise<Rows> {
    const result = await this.#connection.stream(select);
    const rows: Cell[][] = [];
    let cut = 0;
    let units = 0;
    let found = 0;
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      found += chunk.rowCount;
      const columns = Array.from({ length: result.columnCount }, (_, i) => chunk?.convertColumnValues(i, faithfulValue) ?? []);
      for (let row = 0; row < chunk.rowCount && (units < most || rows.length === 0); row++) {
        const cells = columns.map((column): Cell => {
          const value = column[row] ?? null;
          const cell = value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
          if (typeof cell !== 'string') return cell;
          units += cell.length;
          if (cell.length <= CELL_UNITS) return cell;
          cut++;
          return cell.slice(0, CELL_UNITS).toWellFormed();
        });
        rows.push(cells);
      }
    }
    return { columns: result.columnNames().map((name, i): ResultColumn => ({ name, type: result.columnType(i).toString() })), page: { rows, cut }, found };
  }

  async #statistics(): Promise<ColumnStatistics[]> {
    const summary = await runWith(this.#connection, `SELECT column_name, column_type, approx_unique::VARCHAR, "min"::VARCHAR, "max"::VARCHAR, avg::VARCHAR, q50::VARCHAR FROM (SUMMARIZE ${this.#kept.relation})`, {});
    const counts = summary.map(([name]) => `count(*) - count(${identifier(String(name))})`).join(', ');
    const [nulls] = await runWith(this.#connection, `SELECT ${counts} FROM ${this.#kept.relation}`, {});
    const text = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, BOUND_UNITS).toWellFormed() : null);
    return summary.map(([name, type, distinct, min, max, mean, median], i) => ({
      name: String(name),
      type: String(type),
      nulls: Number(nulls?.[i]),
      distinct: Number(distinct),
      min: text(min),
      max: text(max),
      mean: text(mean),
      median: text(median),
    }));
  }

  async #copy(file: string, format: CopyFormat): Promise<number> {
    const how = { csv: 'FORMAT csv, HEADER', json: 'FORMAT json, ARRAY true', ndjson: 'FORMAT json', parquet: 'FORMAT parquet, COMPRESSION zstd' }[format];
    const [written] = await runWith(this.#connection, `COPY (${await faithfulSelect(this.#connection, this.#kept.relation, format)}) TO ${literal(file)} (${how})`, {});
    return Number(written?.[0] ?? 0);
  }
}
