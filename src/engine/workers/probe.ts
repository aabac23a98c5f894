import { join } from 'node:path';
import { starterOf } from '../../contract/helper-process.ts';
import type { HelperProcess } from '../../contract/helper-process.ts';
import { systemDisk } from '../lake/durable.ts';

const MOST_MS = 5_000;

/**
 * One of the two processes of the place probe: renames its own non-empty folder onto names that the other wants too, and reports which it won. A folder that lost is
 * tried at the next name. Ends after `rounds` names, or after five seconds: on a slow share a thousand names take minutes, and a place that cannot keep writers apart
 * shows it at once.
 * Started by lake/probe.ts, which sends the probe's folder, its name and the number of rounds, and ends it when it has answered.
 */
async function race(folder: string, name: string, rounds: number): Promise<{ rounds: number; won: number[]; refusals: Record<string, number> }> {
  const disk = systemDisk;
  const refusals: Record<string, number> = {};
  const won: number[] = [];
  const until = performance.now() + MOST_MS;
  let own: string | null = null;
  let round = 0;
  for (; round < rounds && performance.now() < until; round++) {
    if (own === null) {
      own = join(folder, `${name}-${round}`);
      await disk.mkdir(own);
      const handle = await disk.create(join(own, name), 'exclusive');
      await handle.close();
    }
    try {
      await disk.rename(own, join(folder, 'target', String(round)));
      won.push(round);
      own = null;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      refusals[code] = (refusals[code] ?? 0) + 1;
    }
  }
  return { rounds: round, won, refusals };
}

void starterOf(process as HelperProcess).then((engine) => {
  engine.onGone(() => process.exit());
  engine.listen((message) => {
    const { folder, name, rounds } = message as { readonly folder: string; readonly name: string; readonly rounds: number };
    race(folder, name, rounds).then(
      (result) => engine.send({ result }),
      (error: unknown) => engine.send({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
});
