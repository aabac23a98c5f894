import { setImmediate } from 'node:timers/promises';
import { CancelledError } from '../../contract/index.ts';
import type { OnProgress } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';

/** How long work tells how far it is, and learns that it should stop. */
export interface Steps {
  /** A new part of the work begins. `total` null: not known. */
  begin(phase: string, total: number | null): void;
  /** So many more are done. Throws CancelledError where someone asked to stop and that is still possible. */
  did(count: number): void;
  /** To be awaited between rows of work that waits for nothing else: only then does a wish to stop arrive. Most calls return at once. */
  breathe(rows?: number): Promise<void> | undefined;
  /** Asks at once; answers true where the work may go on, else throws as `did` does. */
  goesOn(): true;
  /** From here on the work is finished whatever is asked. */
  cannotStop(): void;
}

const REPORT_MS = 100;
/** Looking at the clock for each of 300,000 rows would be a tenth of the work on them. */
const LOOK_EVERY = 256;
const ROWS_BETWEEN_BREATHS = 2_000;

/** Steps that nobody watches and nobody stops. */
export const unwatched: Steps = {
  begin: () => undefined,
  did: () => undefined,
  breathe: () => undefined,
  goesOn: () => true,
  cannotStop: () => undefined,
};

/** Steps told to `onProgress`, at most every 100 ms and at each new phase; stopped by `signal`. `kept` says what is safe then. */
export function watchedSteps(clock: Clock, signal: AbortSignal, onProgress: OnProgress, kept: string): Steps {
  let phase = '';
  let done = 0;
  let total: number | null = null;
  let lastSaid = -Infinity;
  let unlooked = 0;
  let rows = 0;
  let isFinal = false;

  const say = (): void => {
    lastSaid = clock.monotonic();
    onProgress({ phase, filesDone: done, filesTotal: total === null ? null : Math.max(total, done), bytesDone: 0, bytesTotal: 0 });
  };
  const look = (): void => {
    unlooked = 0;
    if (!isFinal && signal.aborted) throw new CancelledError(kept);
    if (clock.monotonic() - lastSaid >= REPORT_MS) say();
  };
  return {
    begin(name, of) {
      phase = name;
      done = 0;
      total = of;
      lastSaid = -Infinity;
      look();
    },
    did(count) {
      done += count;
      unlooked += count;
      if (unlooked >= LOOK_EVERY) look();
    },
    breathe(count = 1) {
      rows += count;
      if (rows < ROWS_BETWEEN_BREATHS) return undefined;
      rows = 0;
      return setImmediate();
    },
    goesOn() {
      look();
      return true;
    },
    cannotStop() {
      isFinal = true;
    },
  };
}
