import type { JudgedStatement } from './gate.ts';
import type { QueryProcesses } from './processes.ts';
import { DUCKDB_MEMORY } from './processes.ts';
import type { Batch, Opening, ResultColumn, ResultFormat, TableSource, WrittenPart } from './protocol.ts';
import type { PartsOptions, QueryProcess } from './query-process.ts';

/** What a session may see and use. */
export interface SessionOptions {
  readonly files: readonly string[];
  readonly folders?: Opening['folders'];
  readonly output: string | null;
  readonly temporary: string;
  /** Default 20 GB. */
  readonly temporaryBytes?: number;
  readonly threads?: number;
  /** One that was taken before and not opened. */
  readonly process?: QueryProcess;
}

/**
 * Statements over a fixed set of files. Where one of them ends its process, the next gets a new one that is opened in the same way, so that no statement
 * spoils the work of those after it.
 */
export class QuerySession {
  readonly #processes: QueryProcesses;
  readonly #opening: Opening;
  readonly #tables = new Map<string, TableSource>();
  #fresh: QueryProcess | null;
  #process: QueryProcess | null = null;

  constructor(processes: QueryProcesses, { files, folders = [], output, temporary, temporaryBytes = 20 * 2 ** 30, threads = 2, process }: SessionOptions) {
    this.#processes = processes;
    this.#fresh = process ?? null;
    this.#opening = { files, folders, output, temporary, temporaryBytes, memoryBytes: DUCKDB_MEMORY, threads };
  }

  /** Adds a table, or puts another one under its name. */
  async table(table: TableSource, signal: AbortSignal): Promise<void> {
    this.#tables.delete(table.name);
    const process = await this.#current(signal);
    await process.table(table, signal);
    this.#tables.set(table.name, table);
  }

  /** Files of the tables so far may go: a new process is not told of them. */
  forgetTables(): void {
    this.#tables.clear();
  }

  async judge(sql: string, signal: AbortSignal): Promise<JudgedStatement> {
    return (await this.#current(signal)).judge(sql, [...this.#tables.keys()], signal);
  }

  async *select(sql: string, signal: AbortSignal, filter = false, ms: number | null = null): AsyncGenerator<{ readonly columns: readonly ResultColumn[] } | Batch> {
    yield* (await this.#current(signal)).select(sql, signal, filter, ms);
  }

  async write(sql: string, file: string, format: ResultFormat, signal: AbortSignal): Promise<number> {
    return (await this.#current(signal)).write(sql, file, format, signal);
  }

  async parts(sql: string, folder: string, partitionBy: readonly string[], signal: AbortSignal, options: PartsOptions = {}): Promise<readonly WrittenPart[]> {
    return (await this.#current(signal)).parts(sql, folder, partitionBy, signal, options);
  }

  async close(): Promise<void> {
    await this.#fresh?.close();
    await this.#process?.close();
    this.#fresh = null;
    this.#process = null;
  }

  async #current(signal: AbortSignal): Promise<QueryProcess> {
    if (this.#process !== null && !this.#process.isGone) return this.#process;
    const process = this.#fresh ?? this.#processes.take();
    this.#fresh = null;
    this.#process = process;
    await process.open(this.#opening, signal);
    for (const table of this.#tables.values()) await process.table(table, signal);
    return process;
  }
}
