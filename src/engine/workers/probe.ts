import { join } from 'node:path';
import { starterOf } from '../../contract/helper-process.ts';
import type { HelperProcess } from '../../contract/helper-process.ts';
import { systemDisk } from '../lake/durable.ts';

/**
 * One of the two processes of the place probe: renames its own non-empty folder onto names that the other wants too, and reports which it won. A folder that lost is
 * tried at the next name. Ends after `rounds` names, or after `most` ms: on a slow share a thousand names take minutes.
 * Started by lake/probe.ts, which sends the probe's folder, its name and these two numbers, and ends it when it has answered.
 */
async function race(folder: string, name: string, rounds: number, most: number): Promise<{ rounds: number; won: number[]; refusals: Record<string, number> }> {
  const disk = systemDisk;
  const refusals: Record<string, number> = {};
  const won: number[] = [];
  const until = performance.now() + most;
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
    const { folder, name, rounds, most } = message as { readonly folder: string; readonly name: string; readonly rounds: number; readonly most: number };
    race(folder, name, rounds, most).then(
      (result) => engine.send({ result }),
      (error: unknown) => engine.send({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
});
