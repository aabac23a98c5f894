import { DuckDBIntegerVector, JsonDuckDBValueConverter, version } from 'duckdb';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from 'duckdb';
import { failureOf, Refusal } from './failures.ts';
import { judgeTree } from './gate.ts';
import type { JudgedStatement } from './gate.ts';
import { isFilterTree } from './filter-shape.ts';
import { WINDOW } from './protocol.ts';
import type { Answer, Batch, ColumnValues, DeltaSource, Opening, Order, ResultFormat, TableSource, WrittenPart } from './protocol.ts';
import { openStatement } from './statement.ts';

/** The query process's side of the protocol, over one DuckDB connection. */
export function serve(connection: DuckDBConnection, answer: (answer: Answer) => void): (order: Order) => void {
  const server = new Server(connection, answer);
  answer({ is: 'ready', version: version() });
  return (order) => {
    if (order.do === 'more') server.more(order.batches);
    else if (order.do === 'interrupt') server.interrupt();
    else void server.work(order);
  };
}

type Work = Exclude<Order, { do: 'more' | 'interrupt' }>;

class Server {
  readonly #connection: DuckDBConnection;
  readonly #answer: (answer: Answer) => void;
  readonly #tables: string[] = [];
  #credit = 0;
  #wake: () => void = () => undefined;
  #interrupted = false;

  constructor(connection: DuckDBConnection, answer: (answer: Answer) => void) {
    this.#connection = connection;
    this.#answer = answer;
  }

  more(batches: number): void {
    this.#credit += batches;
    this.#wake();
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#connection.interrupt();
    this.#wake();
  }

  async work(order: Work): Promise<void> {
    this.#interrupted = false;
    try {
      this.#answer(await this.#do(order));
    } catch (error) {
      this.#answer({ is: 'failed', ...failureOf(error, this.#interrupted) });
    }
  }

  async #do(order: Work): Promise<Answer> {
    switch (order.do) {
      case 'open':
        await this.#open(order.opening);
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
    }
  }

  /** Closes everything but what is named, for good: a locked configuration cannot be opened again. */
  async #open(opening: Opening): Promise<void> {
    const settings = [
      `memory_limit = '${opening.memoryBytes}B'`,
      `threads = ${opening.threads}`,
      `temp_directory = ${literal(opening.temporary)}`,
      `max_temp_directory_size = '${opening.temporaryBytes}B'`,
      `TimeZone = 'UTC'`,
      'autoinstall_known_extensions = false',
      'autoload_known_extensions = false',
      'allow_community_extensions = false',
      'allow_persistent_secrets = false',
      `allowed_paths = [${opening.files.map(literal).join(', ')}]`,
      ...(opening.output === null ? [] : [`allowed_directories = [${literal(opening.output)}]`]),
      'enable_external_access = false',
      'lock_configuration = true',
    ];
    for (const setting of settings) await this.#connection.run(`SET ${setting}`);
  }

  async #addTable(table: TableSource): Promise<void> {
    await this.#connection.run(`CREATE OR REPLACE TEMP VIEW ${identifier(table.name)} AS SELECT * FROM ${rowsOf(table)}`);
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
    const reader = await this.#connection.runAndReadAll(`COPY (SELECT * FROM "hms result") TO ${literal(file)} (${how})`);
    return Number(reader.getRows()[0]?.[0] ?? 0);
  }

  async #parts({ sql, folder, partitionBy }: Extract<Work, { do: 'parts' }>): Promise<WrittenPart[]> {
    const { explain } = await this.#judge(sql, this.#tables);
    if (explain !== '') throw new Refusal('An EXPLAIN has no result that could be written to a file.');
    await this.#connection.run(`CREATE OR REPLACE TEMP VIEW "hms result" AS ${sql}`);
    const by = partitionBy.length === 0 ? '' : `, PARTITION_BY (${partitionBy.map(identifier).join(', ')}), WRITE_PARTITION_COLUMNS true`;
    const place = partitionBy.length === 0 ? `${folder}.parquet` : folder;
    const reader = await this.#connection.runAndReadAll(`COPY (SELECT * FROM "hms result") TO ${literal(place)} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS${by})`);
    return reader.getRowsJson().flatMap((row) => writtenPart(row) ?? []);
  }

  /** Waits until the reader has room for one more batch. */
  async #room(): Promise<void> {
    while (this.#credit === 0 && !this.#interrupted) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#interrupted) throw new Refusal('Interrupted.');
    this.#credit -= 1;
  }
}

/** Lines of a plain table beyond DuckDB's own limit are told to it; less than this it does not take. */
const LEAST_LINE = 2_097_152;

function rowsOf(table: TableSource): string {
  if (table.kind === 'parquet') return `read_parquet(${literal(table.file)})`;
  if (table.kind === 'delta') return deltaRows(table);
  const columns = table.columns.map(({ name, type }) => `${literal(name)}: '${type}'`).join(', ');
  const line = Math.max(LEAST_LINE, table.longestRow + 16);
  return `read_csv(${literal(table.file)}, auto_detect = false, header = false, columns = {${columns}}, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '',
    allow_quoted_nulls = false, strict_mode = true, null_padding = false, ignore_errors = false, max_line_size = ${line}, buffer_size = ${Math.max(line * 4, 8_388_608)})`;
}

/** Each group by itself, with the columns that it lacks as NULL: `union_by_name` would open every file before it knows what it has. */
function deltaRows({ columns, groups }: DeltaSource): string {
  const selects = groups.map(({ columns: own, files }) => {
    const list = columns.map(({ name, type }) => `CAST(${own.includes(name) ? identifier(name) : 'NULL'} AS ${type}) AS ${identifier(name)}`);
    return `SELECT ${list.join(', ')} FROM read_parquet([${files.map(literal).join(', ')}], hive_partitioning = false, union_by_name = false)`;
  });
  const none = `SELECT ${columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`).join(', ')} WHERE false`;
  return `(${selects.length === 0 ? none : selects.join(' UNION ALL ')})`;
}

interface MapEntry {
  readonly key: string;
  readonly value: unknown;
}

/** One row of what `RETURN_STATS` says; null for a file without rows. */
function writtenPart(row: readonly unknown[]): WrittenPart | null {
  const [file, rows, , , statistics, partition] = row as [string, string | number, unknown, unknown, readonly MapEntry[] | null, readonly MapEntry[] | null];
  if (Number(rows) === 0) return null;
  const columns = (statistics ?? []).map(({ key, value }) => {
    const facts = new Map((value as readonly MapEntry[]).map((one) => [one.key, String(one.value)]));
    // Where NaN is among the values, the smallest and largest are those of the others.
    const bounded = facts.get('has_nan') !== 'true';
    const nulls = facts.get('null_count');
    return {
      name: key.startsWith('"') ? key.slice(1, -1).replaceAll('""', '"') : key,
      min: bounded ? (facts.get('min') ?? null) : null,
      max: bounded ? (facts.get('max') ?? null) : null,
      nulls: nulls === undefined ? null : Number(nulls),
    };
  });
  return { file, rows: Number(rows), partition: Object.fromEntries((partition ?? []).map(({ key, value }) => [key, value === null ? null : String(value)])), columns };
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
  return chunk.convertColumnValues(column, JsonDuckDBValueConverter).map((value) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : value));
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
