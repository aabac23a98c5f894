import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Looks every 20 ms until something holds; throws with `what` after `seconds`. */
export async function until(what: string, holds: () => boolean, seconds: number): Promise<void> {
  for (const end = performance.now() + seconds * 1_000; !holds(); await sleep(20)) {
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
  }
}

export function untilThere(path: string, seconds: number): Promise<void> {
  return until(`${path} is there`, () => existsSync(path), seconds);
}
