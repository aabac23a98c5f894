import { randomBytes, randomUUID } from 'node:crypto';

/** The only source of time and chance in the engine; injected everywhere, so that tests can set both. */
export interface Clock {
  /** Milliseconds since 1970 UTC, by this station's own clock. */
  now(): number;
  /** Milliseconds that never go back, for rates and waiting. */
  monotonic(): number;
  sleep(ms: number): Promise<void>;
  random(size: number): Uint8Array;
  /** Random UUID (version 4). */
  uuid(): string;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: (size) => randomBytes(size),
  uuid: () => randomUUID(),
};
