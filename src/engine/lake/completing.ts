import type { Clock } from '../clock.ts';
import { inWords } from './place-error.ts';

/** What follows an acknowledged act on a share: tiles, checkpoint and tidying, behind whoever waits for the act, and once for all acts that were acknowledged meanwhile. */

/** As long as acts follow one another this quickly, ms, they are completed together; none waits for longer than MOST_MS. */
const IDLE_MS = 400;
const MOST_MS = 3_000;

export class Completing<T> {
  readonly #clock: Clock;
  readonly #complete: (acts: readonly T[]) => Promise<void>;
  #waiting: T[] = [];
  #running: Promise<void> | null = null;
  #hurry: () => void = () => undefined;
  #isUrgent = false;
  #failure: Error | null = null;

  /** `complete` may be given the same acts again where it failed. */
  constructor(clock: Clock, complete: (acts: readonly T[]) => Promise<void>) {
    this.#clock = clock;
    this.#complete = complete;
  }

  /** Acts wait, and are certain to be completed after those that are being completed now. */
  get isWaiting(): boolean {
    return this.#running !== null && this.#failure === null && this.#waiting.length > 0;
  }

  /** Completes the act soon. */
  add(act: T): void {
    this.#waiting.push(act);
    this.#running ??= this.#run().finally(() => (this.#running = null));
  }

  /** Tells of what could not be completed before, unless that can be done now: nobody was there to be told. */
  async refuseFailed(): Promise<void> {
    if (this.#failure !== null) await this.completed();
  }

  /** All that was acknowledged is completed; throws, in words, why that cannot be done. */
  async completed(): Promise<void> {
    this.#isUrgent = true;
    this.#hurry();
    await this.#running;
    // What failed a while ago may be possible now.
    if (this.#failure !== null) await this.#run();
    this.#isUrgent = false;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Never throws: the failure is kept for who asks. */
  async #run(): Promise<void> {
    do {
      await this.#idle();
      const acts = this.#waiting;
      this.#waiting = [];
      try {
        await inWords('Completing the ledger', 'What was acknowledged is in the ledger.', () => this.#complete(acts));
        this.#failure = null;
      } catch (error) {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        // What came meanwhile was counted on to be completed next.
        const isNext = this.#waiting.length > 0;
        this.#waiting = [...acts, ...this.#waiting];
        if (!isNext) return;
      }
    } while (this.#waiting.length > 0);
  }

  async #idle(): Promise<void> {
    const hurried = new Promise<void>((resolve) => (this.#hurry = resolve));
    const until = this.#clock.monotonic() + MOST_MS;
    for (let before = -1; !this.#isUrgent && before !== this.#waiting.length && this.#clock.monotonic() < until; ) {
      before = this.#waiting.length;
      await Promise.race([this.#clock.sleep(IDLE_MS), hurried]);
    }
  }
}
