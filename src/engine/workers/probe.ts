import { join } from 'node:path';
import { systemDisk } from '../lake/durable.ts';

/**
 * One of the two processes of the place probe: renames its own non-empty folders onto names that the other wants too, and reports how often it won.
 * Started by doctor.ts with the probe's folder, its own name and the number of rounds.
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

process.once('message', (order: { folder: string; name: string; rounds: number }) => {
  race(order.folder, order.name, order.rounds).then(
    (result) => process.send?.({ result }, () => process.disconnect()),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }, () => process.disconnect()),
  );
});
