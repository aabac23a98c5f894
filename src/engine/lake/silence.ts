import type { Clock } from '../clock.ts';
import type { Place } from './place.ts';

/** Shorter waits are told by nobody, ms. */
const TOLD_FROM_MS = 1_000;

/** How long a share gave no answer before a call on it failed, in ms, as it was noted on that error; null where none was. */
export function silenceOf(error: unknown): number | null {
  return error instanceof Error && 'silentMs' in error && typeof error.silentMs === 'number' ? error.silentMs : null;
}

/** Calls, and notes on the error of a call to a share how long it took to come: a share that is gone keeps a call for ten seconds and more. */
export async function noteSilence<T>(place: Place, clock: Clock, call: () => Promise<T>): Promise<T> {
  if (place.kind !== 'share') return call();
  const began = clock.monotonic();
  try {
    return await call();
  } catch (error) {
    const silentMs = clock.monotonic() - began;
    if (error instanceof Error && silentMs >= TOLD_FROM_MS && (silenceOf(error) ?? 0) < silentMs) Object.assign(error, { silentMs });
    throw error;
  }
}
