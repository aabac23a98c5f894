import type { Clock } from '../../../src/engine/clock.ts';
import { systemClock } from '../../../src/engine/clock.ts';

/** A clock for which the time that was waited has passed, and where waiting is what `wait` does instead. */
export function waitingClock(wait: () => Promise<void>): Clock {
  let waited = 0;
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + waited,
    sleep: (ms) => {
      waited += ms;
      return wait();
    },
  };
}
