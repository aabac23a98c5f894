import { DuckDBIntegerVector, version } from 'duckdb';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from 'duckdb';
import { failureOf, Refusal } from './failures.ts';
import { faithfulSelect, faithfulValue } from './faithful.ts';
import { judgeTree } from './gate.ts';
import type { JudgedStatement } from './gate.ts';
import { isFilterTree } from './filter-shape.ts';
import { WINDOW } from './protocol.ts';
import type { Answer, Batch, ColumnValues, Order, ResultFormat, TableSource, WrittenPart } from './protocol.ts';
import { Answers } from './answers.ts';
import { lockDown, settle } from './lockdown.ts';
import { readyRows } from './file-lists.ts';
import { filesOf, identifier, literal } from './sources.ts';
import { Publication } from './publication.ts';
import { runWith } from './parameters.ts';
import { tellProgress } from './progress.ts';
import { openStatement } from './statement.ts';
import { writtenPart } from './written-part.ts';

/** The query process's side of the protocol, over one DuckDB connection. */
export function serve(connection: DuckDBConnection, answer: (answer: Answer) => void): (order: Order) => void {
  const server = new Server(connection, answer);
  answer({ is: 'ready', version: version() });
  return (order) => {
    if (order.do === 'more') server.more(order.batches);
    else if (order.do === 'interrupt') server.interrupt();
    else if (order.do === 'expect') server.expect();
    else void server.work(order);
  };
}

type Work = Exclude<Order, { do: 'more' | 'interrupt' | 'expect' }>;

class Server {
  readonly #connection: DuckDBConnection;
  readonly #answer: (answer: Answer) => void;
  readonly #tables: string[] = [];
  #credit = 0;
  #wake: () => void = () => undefined;
  #interrupted = false;
  /** Whether what every opening has is set; null where nothing was set beforehand. */
  #settled: Promise<boolean> | null = null;
  readonly #questions: Answers;
  readonly #publication: Publication;

  constructor(connection: DuckDBConnection, answer: (answer: Answer) => void) {
    this.#connection = connection;
    this.#answer = answer;
    this.#publication = new Publication(connection);
    this.#questions = new Answers(connection, () => this.#tables, answer);
  }

  more(batches: number): void {
    this.#credit += batches;
    this.#wake();
  }

  expect(): void {
    this.#settled ??= settle(this.#connection).then(
      () => true,
      () => false,
    );
    this.#questions.expect();
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#connection.interrupt();
    this.#questions.interrupt();
    this.#wake();
  }

  async work(order: Work): Promise<void> {
    this.#interrupted = false;
    await this.#questions.begin();
    try {
      this.#answer(await this.#do(order));
    } catch (error) {
      this.#answer({ is: 'failed', ...failureOf(error, this.#interrupted) });
    }
  }

  async #do(order: Work): Promise<Answer> {
    switch (order.do) {
      case 'open':
        await lockDown(this.#connection, { ...order.opening, files: [...new Set([...order.opening.files, ...order.tables.flatMap(filesOf)])] }, (await this.#settled) ?? false);
        for (const table of order.tables) await this.#addTable(table);
        return { is: 'done', rows: 0 };
      case 'table':
        await this.#addTable(order.table);
        return { is: 'done', rows: 0 };
      case 'judge':
        return { is: 'judged', statement: (await this.#judge(order.sql, order.tables)).statement };
      case 'select':
        return { is: 'done', rows: await this.#select(order.sql, order.filter) };
      case 'write':
        return { is: 'done', rows: await this.#write(order.sql, order.file, order.format) };
      case 'parts':
        return { is: 'parts', parts: await this.#parts(order) };
      case 'publish':
        await this.#publication.begin(order.file);
        return { is: 'done', rows: 0 };
      case 'publishTable':
        return { is: 'done', rows: await this.#publication.add(order.table, order.comment) };
      case 'publishEnd':
        await this.#publication.end(order.table, order.notes);
        return { is: 'done', rows: order.notes.length };
      default:
        return this.#questions.do(order, () => this.#interrupted);
    }
  }

  async #addTable(table: TableSource): Promise<void> {
    await this.#connection.run(`CREATE OR REPLACE TEMP VIEW ${identifier(table.name)} AS SELECT * FROM ${await readyRows(this.#connection, table)}`);
    if (!this.#tables.includes(table.name)) this.#tables.push(table.name);
  }

  async #judge(text: string, tables: readonly string[] | null): Promise<{ statement: JudgedStatement; explain: string; serialized: string }> {
    const opened = openStatement(text);
    if (!opened.ok) throw new Refusal(opened.why);
    const reader = await this.#connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [opened.sql]);
    const serialized = String(reader.getRows()[0]?.[0]);
    const verdict = judgeTree(serialized, tables);
    if (!verdict.ok) throw new Refusal(verdict.why);
    return { statement: verdict.statement, explain: opened.explain, serialized };
  }

  async #select(sql: string, filter: boolean): Promise<number> {
    const { serialized } = await this.#judge(sql, this.#tables);
    if (filter && !isFilterTree(serialized)) throw new Refusal('The condition is not one expression.');
    this.#credit = WINDOW;
    const result = await this.#connection.stream(sql);
    this.#answer({ is: 'columns', columns: result.columnNames().map((name, i) => ({ name, type: result.columnType(i).toString() })) });
    let rows = 0;
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      await this.#room();
      this.#answer({ is: 'batch', batch: batchOf(chunk, result) });
      rows += chunk.rowCount;
    }
    return rows;
  }

  async #write(sql: string, file: string, format: ResultFormat): Promise<number> {
    const { explain } = await this.#judge(sql, this.#tables);
    if (explain !== '') throw new Refusal('An EXPLAIN has no result that could be written to a file.');
    // As a view, so that the statement stands where only a SELECT can stand, whatever is in its text.
    await this.#connection.run(`CREATE OR REPLACE TEMP VIEW "hms result" AS ${sql}`);
    const how = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION zstd';
    const reader = await this.#connection.runAndReadAll(`COPY (${await faithfulSelect(this.#connection, '"hms result"', format)}) TO ${literal(file)} (${how})`);
    return Number(reader.getRows()[0]?.[0] ?? 0);
  }

  async #parts({ sql, parameters, folder, partitionBy }: Extract<Work, { do: 'parts' }>): Promise<WrittenPart[]> {
    const { explain } = await this.#judge(sql, this.#tables);
    if (explain !== '') throw new Refusal('An EXPLAIN has no result that could be written to a file.');
    // As a view, so that the statement stands where only a SELECT can stand; a view has no parameters.
    const isFree = Object.keys(parameters).length === 0;
    if (isFree) await this.#connection.run(`CREATE OR REPLACE TEMP VIEW "hms result" AS ${sql}`);
    const from = isFree ? 'SELECT * FROM "hms result"' : `\n${sql}\n`;
    const by = partitionBy.length === 0 ? '' : `, PARTITION_BY (${partitionBy.map(identifier).join(', ')}), WRITE_PARTITION_COLUMNS true`;
    const place = partitionBy.length === 0 ? `${folder}.parquet` : folder;
    const telling = tellProgress(this.#connection, this.#answer);
    try {
      const rows = await runWith(this.#connection, `COPY (${from}) TO ${literal(place)} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS${by})`, parameters);
      return rows.flatMap((row) => writtenPart(row) ?? []);
    } finally {
      clearInterval(telling);
    }
  }

  /** Waits until the reader has room for one more batch. */
  async #room(): Promise<void> {
    while (this.#credit === 0 && !this.#interrupted) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#interrupted) throw new Refusal('Interrupted.');
    this.#credit -= 1;
  }
}

function batchOf(chunk: DuckDBDataChunk, result: DuckDBResult): Batch {
  return { rows: chunk.rowCount, columns: Array.from({ length: result.columnCount }, (_, i) => valuesOf(chunk, i)) };
}

function valuesOf(chunk: DuckDBDataChunk, column: number): ColumnValues {
  const vector = chunk.getColumnVector(column);
  if (vector instanceof DuckDBIntegerVector) {
    const numbers = new Int32Array(chunk.rowCount);
    let known = 0;
    for (let row = 0; row < numbers.length; row++) {
      const value = vector.getItem(row);
      if (value === null) break;
      numbers[row] = value;
      known++;
    }
    if (known === numbers.length) return numbers;
  }
  return chunk.convertColumnValues(column, faithfulValue).map((value) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : value));
}
