import type { Away } from '../engine/api/index.ts';
import { warn } from './session.ts';
import type { Session } from './session.ts';

/** Who waits for a share that stands still is told so, and told when it goes on: a client that mounts it without a limit of time keeps a call for as long as the server is away. */

/** The lake is asked this often whether it answers, ms; what takes less than this asks nothing. */
const ASK_EVERY_MS = 5_000;

/** Does the work in a lake's folder (null: it is told later that none is named). Only the silence is told: an error ends the work, and is told by that. */
export async function tellingSilence<T>(session: Session, folder: string | null, work: () => Promise<T>): Promise<T> {
  if (folder === null) return work();
  let look: (() => Promise<void>) | null = null;
  const timer = setInterval(() => {
    void (async () => {
      look ??= await lookoutOf(session, folder);
      await look();
    })();
  }, ASK_EVERY_MS);
  // Nobody waits for it.
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function lookoutOf(session: Session, folder: string): Promise<() => Promise<void>> {
  const { join } = await import('node:path');
  const { systemClock } = await import('../engine/clock.ts');
  const { Lookout } = await import('../engine/api/index.ts');
  let silentSince: number | null = null;
  const tell = (away: Away | null): void => {
    session.interrupt.holdThreads(away?.why === 'silent');
    if (away?.why === 'silent') {
      silentSince = Date.parse(away.since);
      void warn(session, `${beginning()}The disk or share of this lake does not answer (${folder}). Waiting for it: what was kept before is safe, and the work goes on by itself when it answers.`);
    } else if (silentSince !== null) {
      const seconds = Math.round((systemClock.now() - silentSince) / 1_000);
      silentSince = null;
      void warn(session, `${beginning()}The disk or share answers again, after ${seconds} s.`);
    }
  };
  const lookout = new Lookout(folder, join(folder, 'lake.json'), systemClock, tell);
  return () => lookout.look();
}

/** A bar that shows progress may stand in the line. */
function beginning(): string {
  return process.stderr.isTTY ? '\n' : '';
}
