import { expect } from 'vitest';
import { faultKinds } from './faulty-disk.ts';
import type { Call } from './faulty-disk.ts';
import type { FaultPlace } from './fault-place.ts';
import type { Scenario } from './scenario.ts';
import { callsOf, trial } from './trial.ts';
import type { TrialKind } from './trial.ts';

/** How many of a scenario's calls are failed in how many ways. */
export type Density = 'every way' | 'each call' | 'one way' | 'samples';

const allKinds: readonly TrialKind[] = [...faultKinds, 'powerCut'];
const rotating = allKinds.filter((kind) => kind !== 'EIO' && kind !== 'crashAfter');
/** Calls after which another process sees something else than before. */
const visible = new Set(['create', 'mkdir', 'rename', 'unlink', 'rmdir', 'handle.write', 'blocking.createExclusive', 'blocking.write', 'blocking.mkdir', 'blocking.unlink']);

/** The faults that a call meets. A crash before a call leaves what a crash after the one before it leaves, but for what is in memory. */
function kindsFor(call: Call, density: Density): readonly TrialKind[] {
  switch (density) {
    case 'every way':
      return allKinds;
    case 'each call': {
      const crash: readonly TrialKind[] = visible.has(call.primitive) ? ['crashAfter'] : [];
      const other: readonly TrialKind[] = call.number % 2 === 0 ? [rotating[(call.number / 2) % rotating.length] ?? 'gone'] : [];
      return ['EIO', ...crash, ...other];
    }
    case 'one way':
      return [allKinds[call.number % allKinds.length] ?? 'EIO'];
    case 'samples':
      return call.number % 13 === 0 || call.primitive === 'syncFileSystem' ? [allKinds[(call.number / 13) % allKinds.length] ?? 'EIO', 'EIO'] : [];
  }
}

/** Fails the calls of a scenario (`which`: those of them) one after the other; tells what was done, and fails at the end with everything that did not hold. */
export async function failCalls(place: FaultPlace, scenario: Scenario, density: Density, which: (call: Call) => boolean = () => true): Promise<void> {
  const calls = (await callsOf(place, scenario)).filter(which);
  const troubles: string[] = [];
  const counts = new Map<TrialKind, number>();
  let trials = 0;
  let acknowledged = 0;
  let left = 0;
  for (const call of calls) {
    for (const kind of kindsFor(call, density)) {
      trials++;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      try {
        const end = await trial(place, scenario, call.number, kind);
        if (end.failed === undefined) troubles.push(`${kind} at call ${call.number}: it was not reached`);
        if (end.acknowledged) acknowledged++;
        if (end.left > 0) left++;
      } catch (error) {
        troubles.push(`${kind} at call ${call.number}, ${call.primitive} ${brief(call.path)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  const kinds = [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
  console.info(`${scenario.name}: ${calls.length} calls, ${trials} failed (${kinds}); ${acknowledged} acknowledged all the same, ${left} left something in staging`);
  expect(troubles.slice(0, 20), `${troubles.length} of ${trials} trials`).toEqual([]);
}

function brief(path: string): string {
  return path.split('/').slice(-3).join('/');
}
