import { HmsError } from '../contract/index.ts';
import { prepareQuestion } from '../engine/asking.ts';
import type { Asked, Question } from '../engine/asking.ts';
import { formatOf, writeResult } from '../engine/result-file.ts';
import type { Access } from './access.ts';
import { workOf } from './staging.ts';
import type { WorkOptions } from './types.ts';

/** One value of a result: integers of more than 32 bits and decimals are texts, lists and structs are JSON in a text. */
export type Cell = string | number | boolean | null;

export interface QueryOptions extends WorkOptions {
  /** The instant of every table for which the SQL says none: ISO, or time of the office where it has no offset. */
  readonly asOf?: string;
  /** Values of `$1`, `$2` … (or `?`) in their order, or of `$name`. They are never part of the text. */
  readonly parameters?: readonly Cell[] | Readonly<Record<string, Cell>>;
}

/** A table that a question has read, and the state of it. */
export interface QueryRelation {
  /** As it is written in the question. */
  readonly name: string;
  /** `WF-2024-07:v1`; of tables of the catalog `entry 41`. */
  readonly version: string;
  /** ISO 8601 instant in UTC. */
  readonly instant: string;
  /** What was asked for: nothing (the newest), an instant in the text, the question's own `asOf`, or a version. */
  readonly asked: 'now' | 'instant' | 'default' | 'version';
  /** The instant that was asked for, where it has not come yet: the newest state was read, and `instant` is the moment of the question. */
  readonly ahead?: string;
}

export interface QueryColumn {
  readonly name: string;
  /** As DuckDB names it: `VARCHAR`, `DECIMAL(18,3)`. */
  readonly type: string;
}

/** What is known of a column's values. */
export interface QueryStatistics extends QueryColumn {
  readonly nulls: number;
  /** About how many different values there are. */
  readonly distinct: number;
  /** As texts; `null` where there is no value, or the type has no order. */
  readonly min: string | null;
  readonly max: string | null;
  readonly mean: string | null;
  readonly median: string | null;
}

/** What {@link Lake.query} answers. It holds a process until it is closed. */
export class QueryResult implements AsyncDisposable {
  readonly #access: Access;
  readonly #question: Question;
  readonly #asked: Asked;
  readonly #signal: AbortSignal;

  private constructor(access: Access, question: Question, asked: Asked, signal: AbortSignal) {
    this.#access = access;
    this.#question = question;
    this.#asked = asked;
    this.#signal = signal;
  }

  /** @internal */
  static async of(access: Access, sql: string, { asOf, parameters = [], ...work }: QueryOptions): Promise<QueryResult> {
    const { signal, onProgress } = workOf(work);
    const values = isList(parameters) ? Object.fromEntries(parameters.map((value, i) => [String(i + 1), value])) : parameters;
    const question = await prepareQuestion(await access.reading(), sql, { signal, parameters: values, ...(asOf === undefined ? {} : { asOf }) });
    try {
      return new QueryResult(access, question, await question.run(signal, onProgress), signal);
    } catch (error) {
      await question.close();
      throw error;
    }
  }

  /** One for each place of the SQL that names a table: which version was read. Asking again as of its instant gives the same. */
  get relations(): readonly QueryRelation[] {
    return this.#question.relations;
  }

  get columns(): readonly QueryColumn[] {
    return this.#asked.columns;
  }

  /** Rows of the whole result. */
  get count(): number {
    return this.#asked.rows;
  }

  /** Rows by their numbers, 0 being the first. Fewer than `limit` behind the last one, and where they are long. A cell gives at most its first 65,536 characters. */
  async page(from: number, limit = 100): Promise<readonly (readonly Cell[])[]> {
    if (![from, limit].every((number) => Number.isSafeInteger(number) && number >= 0)) throw new HmsError('USAGE', 'A page begins at a row number and has a number of rows.', { kept: 'Nothing was changed.' });
    return limit === 0 ? [] : (await this.#question.page(from, limit, this.#signal)).rows;
  }

  /** All rows as objects, read page by page. */
  async *rows(): AsyncGenerator<Readonly<Record<string, Cell>>, void, undefined> {
    for (let from = 0; from < this.count; ) {
      const page = await this.page(from, 500);
      for (const row of page) yield Object.fromEntries(this.columns.map(({ name }, i) => [name, row[i] ?? null]));
      from += page.length;
    }
  }

  async statistics(): Promise<readonly QueryStatistics[]> {
    return this.#question.statistics(this.#signal);
  }

  /**
   * Writes the whole result to a new file outside of the lake, whose name ends in `.csv`, `.json`, `.ndjson` or `.parquet`; answers its bytes.
   *
   * @throws {@link HmsError} `TARGET_EXISTS`, `PLACE_UNSAFE`
   */
  async write(path: string): Promise<number> {
    return writeResult(await this.#access.reading(), this.#question, formatOf(path), path, this.#signal);
  }

  async close(): Promise<void> {
    await this.#question.close();
  }

  /** So that `await using result = await records.query(sql)` closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function isList(parameters: NonNullable<QueryOptions['parameters']>): parameters is readonly Cell[] {
  return Array.isArray(parameters);
}
