import type { DropId } from '../../contract/index.ts';
import { DropStates } from '../drop-states.ts';
import type { Jobs } from '../jobs/index.ts';
import { isWaiting, normalizeWaiting, queueLock } from '../normalizing.ts';
import type { QueryProcesses } from '../query/index.ts';
import type { LakeDesk } from './lake-desk.ts';

export interface NormalDeskOptions {
  readonly desk: LakeDesk;
  readonly jobs: Jobs;
  readonly processes: QueryProcesses;
  readonly log: (words: string, error?: unknown) => void;
}

/** Another program of this workstation has the queue: looked at again after so long, ms. */
const AGAIN_MS = 5_000;
/** The ledger has grown, perhaps by what others put in: looked at so long after, ms. */
const SOON_MS = 2_000;

/** Normalizes raw drops of the open lake as they come, as a job: one at a time, which ends when nothing waits. */
export class NormalDesk {
  readonly states: DropStates;
  readonly #options: NormalDeskOptions;
  readonly #working = new Set<DropId>();
  #isAtWork = false;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: NormalDeskOptions) {
    this.#options = options;
    this.states = new DropStates((drop) => this.#working.has(drop));
  }

  /** Something waits now. */
  wake(): void {
    const { desk, jobs, log } = this.#options;
    const lake = desk.id;
    if (this.#isClosed || lake === null) return;
    if (this.#isAtWork) {
      this.#again = true;
      return;
    }
    this.#isAtWork = true;
    this.#again = false;
    try {
      jobs.begin({
        kind: 'normalize',
        title: 'Normalizing raw drops',
        lake,
        subject: null,
        afterAway: () => true,
        over: () => {
          this.#isAtWork = false;
          if (this.#again) setImmediate(() => this.wake());
          return Promise.resolve();
        },
        work: ({ signal, onProgress }) =>
          desk.writing(async (writable) => {
            const lock = await queueLock(writable);
            if (lock === null) {
              this.#look(AGAIN_MS);
              return { kind: 'normalize', drops: 0, rows: 0, quarantined: 0 };
            }
            try {
              const done = await normalizeWaiting(writable, { signal, onProgress, processes: this.#options.processes, states: this.states, working: (drops, isAtWork) => this.#mark(drops, isAtWork) });
              const [held] = done.held;
              if (held !== undefined) throw held.error;
              return { kind: 'normalize', drops: done.drops, rows: done.rows, quarantined: done.quarantined };
            } finally {
              lock.release();
            }
          }, lake),
      });
    } catch (error) {
      this.#isAtWork = false;
      log('Raw drops could not be normalized.', error);
    }
  }

  /** The ledger has grown, or a lake was opened: perhaps something waits. */
  soon(): void {
    this.#look(SOON_MS);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #look(after: number): void {
    if (this.#timer !== null || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const { desk, log } = this.#options;
      if (!desk.isOpen || this.#isAtWork) return;
      desk
        .reading((lake) => {
          if (lake.readOnly === null && isWaiting(lake, this.states)) this.wake();
        })
        .catch((error: unknown) => log('The raw drops that wait could not be looked at.', error));
    }, after);
    this.#timer.unref();
  }

  #mark(drops: readonly DropId[], isAtWork: boolean): void {
    for (const drop of drops) {
      if (isAtWork) this.#working.add(drop);
      else this.#working.delete(drop);
    }
  }
}
