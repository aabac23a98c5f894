import { fileURLToPath } from 'node:url';
import { forkChild } from '../lake/index.ts';
import { systemProbe } from './memory.ts';
import { QueryProcess } from './query-process.ts';
import type { Limits, ProcessDeps } from './query-process.ts';

/** 1 GB for the whole process, of which DuckDB is told to keep to 600 MB: what its functions take beyond that has room before the process is ended. */
export const STANDARD_LIMITS: Limits = { memoryBytes: 2 ** 30, ms: null };
export const DUCKDB_MEMORY = 600 * 2 ** 20;

/** The longest that a rule of a contract may look at a file: what is not done then refuses the file, so that an endless one does not hold up all drops behind it. */
export const RULE_MS = 10 * 60_000;
/** The same of a rule that is tried on no rows, before its contract is published. */
export const TRIAL_MS = 60_000;
/** The longest that the rows of a cube may take to be made. */
export const CUBE_MS = 60 * 60_000;

export interface ProcessesOptions {
  readonly limits?: Limits;
  /** Electron's utilityProcess, or a test's, instead of a fork of Node. */
  readonly spawner?: ProcessDeps['spawner'];
  readonly probe?: ProcessDeps['probe'];
  /** Keeps one started process in reserve, so that the next one that is wanted is there at once. For programs that go on running. */
  readonly reserve?: boolean;
  /**
   * They are taken for questions, and what a question needs first is made ready in them. `one`: the first process is started now, beside what its taker still has to do. `several`: once one
   * was taken, the next is started soon after, and let go of where nobody asks for some minutes.
   */
  readonly questions?: 'one' | 'several';
}

/** A reserve is started so long after a process was taken, ms: the answer to most questions is there, and is not held up by it. */
const REFILL_MS = 200;
/** A reserve for questions that nobody took for so long is ended, ms. */
const IDLE_MS = 5 * 60_000;

/** Hands out query processes. */
export class QueryProcesses {
  readonly #deps: ProcessDeps;
  readonly #keepsReserve: boolean;
  readonly #questions: ProcessesOptions['questions'];
  #reserve: QueryProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: ProcessesOptions = {}) {
    // Node runs the sources as they are, and the compiled files beside them alike.
    const file = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url));
    this.#deps = { spawner: options.spawner ?? forkChild, probe: options.probe ?? systemProbe(), limits: options.limits ?? STANDARD_LIMITS, program: { name: 'query', file } };
    this.#keepsReserve = options.reserve ?? false;
    this.#questions = options.questions;
    if (this.#keepsReserve || this.#questions === 'one') this.#reserve = this.#start();
  }

  /** A fresh process, which nothing was run in. Orders to it wait until it is ready. */
  take(): QueryProcess {
    const spare = this.#reserve;
    const taken = spare === null || spare.isGone ? this.#start() : spare;
    this.#reserve = this.#keepsReserve ? this.#start() : null;
    if (this.#questions === 'several') this.#later(REFILL_MS, () => this.#refill());
    return taken;
  }

  /** Ends the reserve. Processes that were handed out are their takers' to close. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#reserve?.close();
    this.#reserve = null;
  }

  #start(): QueryProcess {
    const process = new QueryProcess(this.#deps);
    if (this.#questions !== undefined) process.expectQuestion();
    return process;
  }

  #refill(): void {
    this.#reserve ??= this.#start();
    this.#later(IDLE_MS, () => {
      const idle = this.#reserve;
      this.#reserve = null;
      void idle?.close();
    });
  }

  #later(ms: number, step: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(step, ms);
    // No reason to keep the program running.
    this.#timer.unref();
  }
}
