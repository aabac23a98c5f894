import { CancelledError, HmsError } from '../../contract/index.ts';
import type { Child, HelperProgram, Spawner } from '../lake/index.ts';
import type { JudgedStatement } from './gate.ts';
import type { MemoryProbe } from './memory.ts';
import type { Answer, Batch, ColumnStatistics, CopyFormat, Opening, Order, Page, Parameters, Planned, PublicationNote, ResultColumn, ResultFormat, TableSource, WrittenPart } from './protocol.ts';

/** What a query process may use. */
export interface Limits {
  /** Resident bytes of the whole process, watched from outside. */
  readonly memoryBytes: number;
  /** For one statement; null: until it is cancelled. */
  readonly ms: number | null;
}

export interface PartsOptions {
  /** The longest that the statement may take; null: until it is cancelled. */
  readonly ms?: number | null;
  readonly parameters?: Parameters;
  /** Told the part that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

export interface Answered {
  readonly columns: readonly ResultColumn[];
  readonly rows: number;
  readonly first: Page;
}

export interface ProcessDeps {
  readonly spawner: Spawner;
  readonly probe: MemoryProbe;
  readonly program: HelperProgram;
  readonly limits: Limits;
}

/** How long an interruption may take to work before the process is ended: `repeat` and `levenshtein` do not listen to it. */
const INTERRUPT_MS = 200;
/** Beyond this part of the limit there is no time to ask. */
const AT_ONCE = 1.25;
/** Memory that was freed is not always given back: a process that is seen with more than this part of the limit would be stopped for what others did. */
const USED_UP = 0.75;

/** Answers after which more come. */
const goOn: ReadonlySet<Answer['is']> = new Set(['ready', 'columns', 'batch', 'progress']);
/** Orders after which the process holds a result that it was made for. */
const keepsResult: ReadonlySet<Order['do']> = new Set(['ask', 'page', 'statistics', 'copy']);

type Stop = 'cancel' | 'memory' | 'time';

/** One query process as the engine holds it. One order at a time; what goes wrong is an HmsError, and after some of them the process is gone (`isGone`). */
export class QueryProcess {
  readonly #deps: ProcessDeps;
  readonly #child: Child;
  readonly #ready = Promise.withResolvers<string>();
  #answers: ((answer: Answer) => void) | null = null;
  #gone: string | null = null;
  #whenGone: (() => void)[] = [];

  constructor(deps: ProcessDeps) {
    this.#deps = deps;
    this.#ready.promise.catch(() => 'told to whoever waits for an order');
    this.#child = deps.spawner(deps.program, { onMessage: (message) => this.#take(message as Answer), onExit: (how) => this.#exited(how) });
  }

  get isGone(): boolean {
    return this.#gone !== null;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves when it takes orders, to the version of DuckDB in it: `v1.5.5`. */
  ready(): Promise<string> {
    return this.#ready.promise;
  }

  /** Tells it that a question comes next: what that needs is made ready meanwhile. */
  expectQuestion(): void {
    void this.#ready.promise.then(
      () => {
        if (!this.isGone) this.#child.send({ do: 'expect' } satisfies Order);
      },
      () => 'told to whoever waits for an order',
    );
  }

  /** Opens it for the files that are named and those of `tables`, and nothing else. */
  async open(opening: Opening, signal: AbortSignal, tables: readonly TableSource[] = []): Promise<void> {
    for await (const _ of this.#run({ do: 'open', opening, tables }, signal));
  }

  async table(table: TableSource, signal: AbortSignal): Promise<void> {
    for await (const _ of this.#run({ do: 'table', table }, signal));
  }

  /** Looks at a statement without running it; QUERY_REFUSED where it may not run. */
  async judge(sql: string, tables: readonly string[] | null, signal: AbortSignal): Promise<JudgedStatement> {
    for await (const answer of this.#run({ do: 'judge', sql, tables }, signal)) if (answer.is === 'judged') return answer.statement;
    throw new Error('The query process judged nothing.');
  }

  /** Rows of a statement as they come, never more than a few batches ahead of the reader. Leaving off early stops the statement, and so does the time `ms`: QUERY_STOPPED. */
  async *select(sql: string, signal: AbortSignal, filter = false, ms: number | null = null): AsyncGenerator<{ readonly columns: readonly ResultColumn[] } | Batch> {
    for await (const answer of this.#run({ do: 'select', sql, filter }, signal, ms)) {
      if (answer.is === 'columns') yield { columns: answer.columns };
      if (answer.is !== 'batch') continue;
      yield answer.batch;
      this.#child.send({ do: 'more', batches: 1 } satisfies Order);
    }
  }

  /** Writes the result of a SELECT to a file in the output folder; answers its rows. */
  async write(sql: string, file: string, format: ResultFormat, signal: AbortSignal): Promise<number> {
    for await (const answer of this.#run({ do: 'write', sql, file, format }, signal)) if (answer.is === 'done') return answer.rows;
    throw new Error('The query process wrote nothing.');
  }

  /** Writes the result of a SELECT as Parquet files into a new folder within the output folder; no file where it has no row. */
  async parts(sql: string, folder: string, partitionBy: readonly string[], signal: AbortSignal, { parameters = {}, onProgress, ms = null }: PartsOptions = {}): Promise<readonly WrittenPart[]> {
    for await (const answer of this.#run({ do: 'parts', sql, parameters, folder, partitionBy }, signal, ms)) {
      if (answer.is === 'progress') onProgress?.(answer.share);
      if (answer.is === 'parts') return answer.parts;
    }
    throw new Error('The query process wrote nothing.');
  }

  /** Looks at a question: the tables that it needs, and of when. Before `open`, or the question is judged by what was opened. */
  async plan(sql: string, parameters: Parameters, signal: AbortSignal, look: Planned['look'] = 'conditions'): Promise<Planned> {
    for await (const answer of this.#run({ do: 'plan', sql, parameters, look }, signal)) if (answer.is === 'planned') return answer.plan;
    throw new Error('The query process planned nothing.');
  }

  /** Runs a question and keeps its result in the process; answers its first rows too. */
  async ask(explain: string, sql: string, parameters: Parameters, signal: AbortSignal, onProgress: (share: number) => void): Promise<Answered> {
    for await (const answer of this.#run({ do: 'ask', explain, sql, parameters }, signal)) {
      if (answer.is === 'progress') onProgress(answer.share);
      if (answer.is === 'asked') return { columns: answer.columns, rows: answer.rows, first: answer.first };
    }
    throw new Error('The query process answered nothing.');
  }

  /** Rows of the kept result from that place on; fewer than asked where they are long. `cut`: cells of which only the beginning is given. */
  async page(from: number, limit: number, signal: AbortSignal): Promise<Page> {
    for await (const answer of this.#run({ do: 'page', from, limit }, signal)) if (answer.is === 'page') return answer.page;
    throw new Error('The query process gave no page.');
  }

  async statistics(signal: AbortSignal): Promise<readonly ColumnStatistics[]> {
    for await (const answer of this.#run({ do: 'statistics' }, signal)) if (answer.is === 'statistics') return answer.columns;
    throw new Error('The query process gave no statistics.');
  }

  /** Writes the kept result to a file in the output folder; answers its rows. */
  async copy(file: string, format: CopyFormat, signal: AbortSignal): Promise<number> {
    for await (const answer of this.#run({ do: 'copy', file, format }, signal)) if (answer.is === 'done') return answer.rows;
    throw new Error('The query process wrote nothing.');
  }

  /** Begins a new DuckDB file in the output folder; before `open`. */
  async publish(file: string, signal: AbortSignal): Promise<void> {
    for await (const _ of this.#run({ do: 'publish', file }, signal));
  }

  /** Copies a table into the file that was begun; answers its rows. */
  async publishTable(table: TableSource, comment: string, signal: AbortSignal): Promise<number> {
    for await (const answer of this.#run({ do: 'publishTable', table, comment }, signal)) if (answer.is === 'done') return answer.rows;
    throw new Error('The query process copied nothing.');
  }

  /** Ends that file with a table that says what the others are. */
  async publishEnd(table: string, notes: readonly PublicationNote[], signal: AbortSignal): Promise<void> {
    for await (const _ of this.#run({ do: 'publishEnd', table, notes }, signal));
  }

  /** Ends the process; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.isGone) return;
    const gone = new Promise<void>((resolve) => this.#whenGone.push(resolve));
    this.#child.kill();
    await gone;
  }

  async *#run(order: Order, signal: AbortSignal, ms: number | null = null): AsyncGenerator<Answer> {
    if (this.#answers !== null) throw new Error('The query process is busy.');
    const waiting: Answer[] = [];
    let wake = (): void => undefined;
    this.#answers = (answer) => {
      waiting.push(answer);
      wake();
    };
    const tell = (): void => wake();
    this.#whenGone.push(tell);
    const watch = new Watch(this.#child, this.#deps, signal, ms);
    let finished = false;
    try {
      await this.#ready.promise.catch(() => undefined);
      if (!this.isGone) this.#child.send(order);
      watch.begun();
      while (!finished) {
        const answer = waiting.shift();
        if (answer !== undefined) {
          finished = !goOn.has(answer.is);
          if (answer.is === 'failed') throw this.#words(watch, answer);
          yield answer;
        } else if (this.isGone) {
          finished = true;
          throw this.#words(watch, null);
        } else {
          await new Promise<void>((resolve) => (wake = resolve));
        }
      }
    } finally {
      watch.end();
      this.#answers = null;
      // A process that is kept would keep every order that it was given.
      this.#whenGone = this.#whenGone.filter((one) => one !== tell);
      // Its reader left off: what it is doing now is nobody's wish, and what it would still say would be taken for the next answer.
      if (!finished || (watch.isUsedUp && !keepsResult.has(order.do))) await this.close();
    }
  }

  #take(answer: Answer): void {
    if (answer.is === 'ready') this.#ready.resolve(answer.version);
    else this.#answers?.(answer);
  }

  #exited(how: string): void {
    this.#gone = how;
    this.#ready.reject(new Error(`The query process ended (${how}).`));
    for (const tell of this.#whenGone.splice(0)) tell();
  }

  #words({ stopped, ms }: Watch, failed: Extract<Answer, { is: 'failed' }> | null): Error {
    const kept = 'Nothing was changed.';
    const { limits } = this.#deps;
    if (stopped === 'cancel') return new CancelledError(kept);
    if (stopped === 'time') return new HmsError('QUERY_STOPPED', `The statement was stopped: it was not done after ${timeWords(ms ?? 0)}, which is the longest that it may take.`, { kept, next: 'Ask for less at a time.' });
    if (stopped === 'memory' || failed?.kind === 'memory') {
      return new HmsError('QUERY_STOPPED', `The statement was stopped: it needs more than the ${Math.round(limits.memoryBytes / 2 ** 20)} MB of memory that a statement may have.`, {
        kept,
        next: 'Look for a function or a join that makes very much out of little, and ask for less at a time.',
      });
    }
    if (failed === null) {
      return new HmsError('QUERY_FAILED', `The process that runs statements ended unexpectedly (${this.#gone ?? 'unknown'}).`, { kept: `${kept} The lake is not touched by it.`, next: 'Try again; if the same statement ends it again, write it differently.' });
    }
    if (failed.kind === 'disk') return new HmsError('NO_SPACE', `The statement needs more room on the disk than it may have: ${failed.message}`, { kept, next: 'Free space on the disk of the profile folder, or ask for less at a time.' });
    if (failed.kind === 'interrupted') return new CancelledError(kept);
    return new HmsError('QUERY_REFUSED', failed.message, { kept, facts: { kind: failed.kind, ...(failed.position === null ? {} : { position: failed.position }) } });
  }
}

/** Looks after one order: its memory, its time, and whether it is still wanted. */
class Watch {
  stopped: Stop | null = null;
  /** The longest that it may take; null: until it is cancelled. */
  readonly ms: number | null;
  #resident = 0;
  readonly #child: Child;
  readonly #limits: Limits;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #signal: AbortSignal;
  readonly #cancel = (): void => this.#stop('cancel', false);

  constructor(child: Child, { limits, probe }: ProcessDeps, signal: AbortSignal, ms: number | null) {
    this.#child = child;
    const least = Math.min(ms ?? Infinity, limits.ms ?? Infinity);
    this.ms = least === Infinity ? null : least;
    this.#limits = limits;
    this.#signal = signal;
    this.#timers.push(setInterval(() => void this.#look(probe), probe.every));
    if (signal.aborted) this.#cancel();
    else signal.addEventListener('abort', this.#cancel, { once: true });
  }

  /** The statement's time runs from now on: that of a process which is still starting is not its own. */
  begun(): void {
    if (this.ms !== null) this.#timers.push(setTimeout(() => this.#stop('time', false), this.ms));
  }

  get isUsedUp(): boolean {
    return this.stopped === 'memory' || this.#resident > this.#limits.memoryBytes * USED_UP;
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#signal.removeEventListener('abort', this.#cancel);
  }

  async #look(probe: MemoryProbe): Promise<void> {
    const { pid } = this.#child;
    // Not known yet; to `ps` and `tasklist` 0 is the system's own.
    if (pid === 0) return;
    const resident = await probe.look(pid);
    if (resident === null) return;
    this.#resident = resident;
    if (resident <= this.#limits.memoryBytes) return;
    this.#stop('memory', resident > this.#limits.memoryBytes * AT_ONCE);
  }

  #stop(why: Stop, atOnce: boolean): void {
    const isFirst = this.stopped === null;
    this.stopped ??= why;
    if (atOnce) this.#child.kill();
    if (!isFirst || atOnce) return;
    this.#child.send({ do: 'interrupt' } satisfies Order);
    this.#timers.push(setTimeout(() => this.#child.kill(), INTERRUPT_MS));
  }
}

function timeWords(ms: number): string {
  const minutes = ms / 60_000;
  return Number.isInteger(minutes) && minutes > 0 ? `${minutes} minute${minutes === 1 ? '' : 's'}` : `${ms / 1000} s`;
}
