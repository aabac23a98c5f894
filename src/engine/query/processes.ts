import { fileURLToPath } from 'node:url';
import { forkChild } from '../lake/index.ts';
import { systemProbe } from './memory.ts';
import { QueryProcess } from './query-process.ts';
import type { Limits, ProcessDeps } from './query-process.ts';

/** 1 GB for the whole process, of which DuckDB is told to keep to 600 MB: what its functions take beyond that has room before the process is ended. */
export const STANDARD_LIMITS: Limits = { memoryBytes: 2 ** 30, ms: null };
export const DUCKDB_MEMORY = 600 * 2 ** 20;

export interface ProcessesOptions {
  readonly limits?: Limits;
  /** Electron's utilityProcess, or a test's, instead of a fork of Node. */
  readonly spawner?: ProcessDeps['spawner'];
  readonly probe?: ProcessDeps['probe'];
  /** Keeps one started process in reserve, so that the next one that is wanted is there at once. For programs that go on running. */
  readonly reserve?: boolean;
}

/** Hands out query processes. */
export class QueryProcesses {
  readonly #deps: ProcessDeps;
  readonly #keepsReserve: boolean;
  #reserve: QueryProcess | null = null;

  constructor(options: ProcessesOptions = {}) {
    // Node runs the sources as they are, and the compiled files beside them alike.
    const file = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url));
    this.#deps = { spawner: options.spawner ?? forkChild, probe: options.probe ?? systemProbe(), limits: options.limits ?? STANDARD_LIMITS, program: { name: 'query', file } };
    this.#keepsReserve = options.reserve ?? false;
    if (this.#keepsReserve) this.#reserve = new QueryProcess(this.#deps);
  }

  /** A fresh process, which nothing was run in. Orders to it wait until it is ready. */
  take(): QueryProcess {
    const spare = this.#reserve;
    const taken = spare === null || spare.isGone ? new QueryProcess(this.#deps) : spare;
    if (this.#keepsReserve) this.#reserve = new QueryProcess(this.#deps);
    return taken;
  }

  /** Ends the reserve. Processes that were handed out are their takers' to close. */
  async close(): Promise<void> {
    await this.#reserve?.close();
    this.#reserve = null;
  }
}
