import { CancelledError, instantOf } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import type { Query } from '../../contract/api/index.ts';
import { prepareQuestion } from '../asking.ts';
import type { AskOptions, Question } from '../asking.ts';
import type { Clock } from '../clock.ts';
import type { ReadableLake } from '../access.ts';
import type { Doc } from './handler.ts';
import { problemOf } from './problems.ts';

/** Each holds a process and up to 1 GB. */
const KEPT = 4;
/** A result that nobody has looked at for so long is let go of, ms. */
const IDLE_MS = 30 * 60_000;

interface Held {
  query: Doc<Query>;
  question: Question | null;
  readonly stop: AbortController;
  ended: Promise<void>;
  /** Monotonic, ms. */
  used: number;
}

/** Does what a statement asks for beside an answer; gives the question whose answer is told. */
export type BeforeAsking = (signal: AbortSignal) => Promise<string>;

interface DeskWorld {
  readonly clock: Clock;
  readonly log: (words: string, error?: unknown) => void;
  /** Lends the lake. */
  readonly reading: <T>(work: (lake: ReadableLake) => Promise<T>) => Promise<T>;
}

/** The questions of this run of the program, and their results. A result belongs to the lake that it was asked of, and goes when that is closed. */
export class QuestionDesk {
  readonly #world: DeskWorld;
  readonly #held = new Map<string, Held>();

  constructor(world: DeskWorld) {
    this.#world = world;
  }

  list(): Doc<Query>[] {
    return [...this.#held.values()].map(({ query }) => query).reverse();
  }

  get(id: string): Doc<Query> {
    return this.#find(id).query;
  }

  /** Begins one; makes room by letting go of the result that was longest not looked at. JOB_REFUSED where all that are kept are at work. */
  async begin(sql: string, options: Omit<AskOptions, 'signal'>, first: BeforeAsking = () => Promise.resolve(sql)): Promise<Doc<Query>> {
    await this.#makeRoom();
    const { clock } = this.#world;
    const held: Held = {
      query: { id: clock.uuid(), sql, state: 'preparing', started: instantOf(clock.now()), ended: null, share: null, relations: [], columns: null, rows: null, problem: null },
      question: null,
      stop: new AbortController(),
      ended: Promise.resolve(),
      used: clock.monotonic(),
    };
    this.#held.set(held.query.id, held);
    held.ended = this.#work(held, options, first);
    return held.query;
  }

  /** The question of a result; JOB_REFUSED before it is done. */
  result(id: string): { readonly question: Question; readonly query: Doc<Query> } {
    const held = this.#find(id);
    held.used = this.#world.clock.monotonic();
    if (held.query.state === 'done' && held.question !== null) return { question: held.question, query: held.query };
    throw new DoorError('JOB_REFUSED', held.query.state === 'failed' || held.query.state === 'cancelled' ? 'This question has no result.' : 'This question is still at work.', { kept: 'Nothing was changed.' });
  }

  /** Stops one at work; lets go of one that has ended. */
  async cancel(id: string): Promise<Doc<Query>> {
    const held = this.#find(id);
    if (held.query.state === 'preparing' || held.query.state === 'running') {
      held.stop.abort();
      await held.ended;
      return held.query;
    }
    this.#held.delete(id);
    await held.question?.close();
    return held.query;
  }

  /** Ends all. */
  async close(): Promise<void> {
    const all = [...this.#held.values()];
    this.#held.clear();
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(async ({ ended, question }) => {
      await ended;
      await question?.close();
    }));
  }

  #find(id: string): Held {
    const held = this.#held.get(id);
    if (held !== undefined) return held;
    throw new DoorError('QUERY_UNKNOWN', 'There is no such question; a result is kept until the lake is closed, the program ends, or newer ones need its place.', { next: 'Ask it again.' });
  }

  async #makeRoom(): Promise<void> {
    const { clock } = this.#world;
    const isAtWork = ({ query }: Held): boolean => query.state === 'preparing' || query.state === 'running';
    const idle = [...this.#held.values()].filter((held) => !isAtWork(held)).sort((a, b) => a.used - b.used);
    const tooOld = idle.filter(({ used }) => clock.monotonic() - used > IDLE_MS);
    const tooMany = idle.slice(0, Math.max(0, this.#held.size - KEPT + 1));
    for (const { query, question } of new Set([...tooOld, ...tooMany])) {
      this.#held.delete(query.id);
      await question?.close();
    }
    if (this.#held.size >= KEPT) throw new DoorError('JOB_REFUSED', `${KEPT} questions are at work already.`, { kept: 'Nothing was changed.', next: 'Wait until one is done, or cancel it.' });
  }

  async #work(held: Held, options: Omit<AskOptions, 'signal'>, first: BeforeAsking): Promise<void> {
    const { signal } = held.stop;
    try {
      const sql = await first(signal);
      const question = await this.#world.reading((lake) => prepareQuestion(lake, sql, { ...options, signal }));
      held.question = question;
      held.query = { ...held.query, state: 'running', relations: question.relations };
      const { columns, rows } = await question.run(signal, ({ filesDone }) => (held.query = { ...held.query, share: filesDone / 100 }));
      this.#ends(held, { state: 'done', share: 1, columns, rows });
    } catch (error) {
      await held.question?.close();
      held.question = null;
      if (error instanceof CancelledError) {
        this.#ends(held, { state: 'cancelled' });
        return;
      }
      const problem = problemOf(error);
      if (problem.code === 'BUG') this.#world.log('A question failed.', error);
      this.#ends(held, { state: 'failed', problem });
    }
    held.used = this.#world.clock.monotonic();
  }

  #ends(held: Held, end: Partial<Doc<Query>>): void {
    held.query = { ...held.query, ...end, ended: instantOf(this.#world.clock.now()) };
  }
}
