import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../clock.ts';
import type { Durable } from './durable.ts';
import { ifMissing } from './leaf.ts';
import { forkChild } from './spawn.ts';
import type { Spawner } from './spawn.ts';
import { newTxn } from './txn.ts';

/** Finds out what a place can do by doing it: docs/formats/lake.md section 11 rests on folders that cannot be renamed onto one another. */

export interface PlaceProbe {
  /** In every round exactly one of the two processes won: several people may write at the same time. */
  readonly exclusiveRename: boolean;
  readonly rounds: number;
  readonly wins: readonly [number, number];
  /** Error codes that losers got. */
  readonly refusals: Readonly<Record<string, number>>;
  /** `A` and `a` are the same name there. */
  readonly ignoresCase: boolean;
  /** The station's clock minus the file server's, ms. */
  readonly clockOffset: number;
  readonly place: { readonly kind: string; readonly name: string };
}

interface RaceResult {
  readonly rounds: number;
  readonly won: readonly number[];
  readonly refusals: Readonly<Record<string, number>>;
}

/** Probes below `folder` (made and removed again): two processes, which `spawner` starts, race for `rounds` names, or for as many as each tries in five seconds. */
export async function probePlace(folder: string, rounds: number, durable: Durable, clock: Clock, spawner: Spawner = forkChild): Promise<PlaceProbe> {
  const work = join(folder, `probe-${newTxn(clock)}`);
  await durable.makeFolder(join(work, 'target'));
  try {
    const before = clock.now();
    const written = await durable.writeNew(join(work, 'Clock'), Buffer.from('probe\n'));
    const clockOffset = Math.round((before + clock.now()) / 2 - written.modified);
    const ignoresCase = await lstat(join(work, 'cLOCK')).then(() => true, ifMissing(false));
    const [a, b] = await Promise.all([race(work, 'a', rounds, spawner), race(work, 'b', rounds, spawner)]);
    // Names that only one of the two came to say nothing.
    const tried = Math.min(a.rounds, b.rounds);
    const wins = [a, b].map(({ won }) => won.filter((round) => round < tried).length) as [number, number];
    const refusals: Record<string, number> = {};
    for (const result of [a, b]) for (const [code, count] of Object.entries(result.refusals)) refusals[code] = (refusals[code] ?? 0) + count;
    const exclusiveRename = tried > 0 && wins[0] + wins[1] === tried && (await oneWinnerEach(work, tried));
    return { exclusiveRename, rounds: tried, wins, refusals, ignoresCase, clockOffset, place: durable.place };
  } finally {
    await durable.removeTree(work);
  }
}

async function oneWinnerEach(work: string, rounds: number): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    const names = await readdir(join(work, 'target', String(round))).catch(ifMissing([]));
    if (names.length !== 1) return false;
  }
  return true;
}

/** Ends the process when it has answered: one that ended by itself could take its answer along. */
function race(folder: string, name: string, rounds: number, spawner: Spawner): Promise<RaceResult> {
  const file = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../workers/probe.ts' : '../workers/probe.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawner(
      { name: 'probe', file },
      {
        onMessage: (message) => {
          const { result, error } = message as { readonly result?: RaceResult; readonly error?: string };
          if (result === undefined) reject(new Error(error));
          else resolve(result);
          child.kill();
        },
        onExit: (how) => reject(new Error(`A process of the probe ended without an answer (${how}).`)),
      },
    );
    child.send({ folder, name, rounds });
  });
}
