import { readFile } from 'node:fs/promises';
import { HmsError, instantOf } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { codeOf } from '../lake/index.ts';

/** A question to the lake's folder that has no answer after this time, ms: the share is taken to be away until it answers. */
const SILENT_MS = 4_000;
/** Before that is believed, answers that are there already are taken in: this program itself may have been busy, ms. */
const TAKEN_IN_MS = 200;
/** While something waits for the lake, it is asked this often whether it is there at all, ms. */
const ASK_EVERY_MS = 1_000;

/** The lake's disk or share does not answer. */
export interface Away {
  readonly since: Instant;
  /** Code of the system, or `silent`. */
  readonly why: string;
}

/**
 * Knows whether the folder of the open lake answers. It asks one small question at a time (its lake.json), and does not wait for it: a share that is gone can keep a
 * call of the system for half a minute, and then who reads is answered from the catalog, and who writes is told.
 */
export class Lookout {
  readonly #clock: Clock;
  readonly #tell: (away: Away | null) => void;
  readonly #file: string;
  readonly #folder: string;
  #away: Away | null = null;
  #asking: Promise<void> | null = null;
  #gone: (() => void)[] = [];
  #spells = 0;

  constructor(folder: string, lakeJson: string, clock: Clock, tell: (away: Away | null) => void) {
    this.#folder = folder;
    this.#file = lakeJson;
    this.#clock = clock;
    this.#tell = tell;
  }

  get away(): Away | null {
    return this.#away;
  }

  /** How many times it went away: work that began under another number may have seen half of the lake. */
  get spells(): number {
    return this.#spells;
  }

  /** Asks whether the folder answers; done when it has, or when it is taken to be away. `away` tells then. */
  async look(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const began = this.#clock.now();
    const silent = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        timer = setTimeout(() => {
          this.#set({ since: instantOf(began), why: 'silent' });
          resolve();
        }, TAKEN_IN_MS);
      }, SILENT_MS);
    });
    // One that is not answered is not followed by another: each would hold a thread.
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    // Known to be away, it is not waited for anew.
    await (this.#away?.why === 'silent' ? Promise.race([this.#asking, Promise.resolve()]) : Promise.race([this.#asking, silent]));
    clearTimeout(timer);
  }

  /** Resolves to the result, or to null as soon as the lake is found to be away before there is one. Rejects as `work` does, but for errors of a lake that is away. */
  async orAway<T>(work: Promise<T>): Promise<T | null> {
    if (this.#away !== null) {
      work.catch(() => undefined);
      return null;
    }
    let isDone = false;
    let leave = (): void => undefined;
    const gone = new Promise<null>((resolve) => {
      leave = () => resolve(null);
      this.#gone.push(leave);
    });
    const timer = setInterval(() => {
      if (!isDone) void this.look();
    }, ASK_EVERY_MS);
    try {
      return await Promise.race([work, gone]);
    } catch (error) {
      await this.look();
      if (this.#away !== null) return null;
      throw error;
    } finally {
      isDone = true;
      clearInterval(timer);
      this.#gone = this.#gone.filter((one) => one !== leave);
      work.catch(() => undefined);
    }
  }

  /** Why nothing can be written now. */
  problem(away: Away, kept = 'Nothing was changed.'): HmsError {
    return new HmsError('PLACE_AWAY', wordsOf(away.why, this.#folder), {
      kept,
      next: 'Check the cable, the network or the share. What is shown is what was known before; work goes on by itself when the folder answers again.',
      facts: { since: away.since, system: away.why },
    });
  }

  async #ask(): Promise<void> {
    const began = this.#clock.now();
    try {
      await readFile(this.#file);
      this.#set(null);
    } catch (error) {
      const code = codeOf(error);
      // Of this program's own limits, not of the place.
      if (code === '' || code === 'EMFILE' || code === 'ENFILE') return;
      this.#set({ since: instantOf(began), why: code });
    }
  }

  #set(away: Away | null): void {
    const before = this.#away;
    if (away === null && before === null) return;
    if (away !== null && before !== null && away.why === before.why) return;
    // It may be silent first and then answer with an error: it is away since the first of them.
    this.#away = away === null ? null : { since: before?.since ?? away.since, why: away.why };
    if (before === null) this.#spells++;
    if (this.#away !== null) for (const leave of this.#gone.splice(0)) leave();
    this.#tell(this.#away);
  }
}

function wordsOf(why: string, folder: string): string {
  switch (why) {
    case 'silent':
      return `The disk or share of this lake does not answer (${folder}).`;
    case 'ENOENT':
    case 'ENOTDIR':
      return `The folder of this lake is not there now (${folder}): the disk or share is not connected, or the folder was moved.`;
    case 'EACCES':
    case 'EPERM':
      return `The folder of this lake cannot be opened now (${folder}): the share refuses this account (${why}).`;
    default:
      return `The disk or share of this lake does not answer as it should (${folder}, ${why}).`;
  }
}
