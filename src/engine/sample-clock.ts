import type { Clock } from './clock.ts';

/** A clock that is set to the moments of a story, and goes at its usual pace from there. */
export interface StoryClock extends Clock {
  /** Sets it forward; where it is later already, it goes on. `at`: milliseconds since 1970. */
  readonly set: (at: number) => void;
}

export function storyClock(real: Clock, begin: number): StoryClock {
  let [at, since] = [begin, real.monotonic()];
  const now = (): number => Math.floor(at + real.monotonic() - since);
  return {
    ...real,
    now,
    set: (next) => {
      [at, since] = [Math.max(next, now()), real.monotonic()];
    },
  };
}
