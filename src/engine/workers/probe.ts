import { join } from 'node:path';
import { starterOf } from '../../contract/helper-process.ts';
import type { HelperProcess } from '../../contract/helper-process.ts';
import { systemDisk } from '../lake/durable.ts';

/**
 * One of the two processes of the place probe: renames its own non-empty folders onto names that the other wants too, and reports how often it won.
 * Started by lake/probe.ts, which sends the probe's folder, its name and the number of rounds, and ends it when it has answered.
 */
async function race(folder: string, name: string, rounds: number): Promise<{ wins: number; refusals: Record<string, number> }> {
  const disk = systemDisk;
  const refusals: Record<string, number> = {};
  let wins = 0;
  for (let round = 0; round < rounds; round++) {
    const own = join(folder, `${name}-${round}`);
    await disk.mkdir(own);
    const handle = await disk.create(join(own, name), 'exclusive');
    await handle.close();
    try {
      await disk.rename(own, join(folder, 'target', String(round)));
      wins++;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      refusals[code] = (refusals[code] ?? 0) + 1;
    }
  }
  return { wins, refusals };
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
