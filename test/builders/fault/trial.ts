import { expect } from 'vitest';
import { HmsError } from '../../../src/contract/index.ts';
import { systemDisk } from '../../../src/engine/lake/index.ts';
import { openToRead } from '../../../src/engine/open.ts';
import type { WritableLake } from '../../../src/engine/open.ts';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { FaultyDisk, Crash, isCrash } from './faulty-disk.ts';
import type { Call, FaultKind } from './faulty-disk.ts';
import { errorsOf, misfit } from './fault-place.ts';
import type { FaultPlace } from './fault-place.ts';
import { LosingDisk } from './losing-disk.ts';
import type { Scenario } from './scenarios.ts';

/** One command that meets one fault, and all that must hold afterwards. */

export type TrialKind = FaultKind | 'powerCut';

export interface TrialEnd {
  /** The call that failed; undefined where the command made fewer calls this time. */
  readonly failed: Call | undefined;
  readonly acknowledged: boolean;
  /** What is wrong with the error that people got; null: nothing. */
  readonly misfit: string | null;
  /** Folders in staging when all was done. */
  readonly left: number;
}

/** How many calls the command makes, and which. */
export async function callsOf(place: FaultPlace, scenario: Scenario): Promise<readonly Call[]> {
  place.restore(scenario.from ?? 'nothing');
  const counting = new FaultyDisk(null);
  await scenario.command(place, place.options({ disk: counting.disk }));
  return counting.calls;
}

export async function trial(place: FaultPlace, scenario: Scenario, at: number, kind: TrialKind): Promise<TrialEnd> {
  place.restore(scenario.from ?? 'nothing');
  const grave = join(place.base, 'grave');
  const losing = kind === 'powerCut' ? new LosingDisk(grave) : null;
  const faulty = new FaultyDisk({ at, kind: kind === 'powerCut' ? 'crashBefore' : kind }, losing?.disk ?? systemDisk);
  const crash = kind === 'powerCut' || isCrash(kind);
  // Where a program goes on after the error, every second trial tries that, the others a new process.
  const stays = !crash && scenario.session !== undefined && at % 2 === 0;
  const error = stays ? await inOneProcess(place, scenario, faulty) : await inItsOwn(place, scenario, faulty);
  const acknowledged = error === null;
  if (crash) {
    await faulty.bury();
    losing?.cut(numbersFrom(at));
    place.bereaveLocks();
    // The catalog survives a crash; a power cut may cost it what it had not flushed, or it is on a new disk.
    if (at % 3 === 1) place.restoreCatalog(null);
    else if (kind === 'powerCut' && at % 3 === 2) place.restoreCatalog(scenario.from ?? 'nothing');
    if (losing !== null) rmSync(grave, { recursive: true });
  }
  await expectWhole(place, scenario, acknowledged);
  await finish(place, scenario, acknowledged);
  const wrong = error === null || (crash && error instanceof Crash) ? null : crash ? `the crash was taken for something else: ${String(error)}` : misfit(error);
  return { failed: faulty.failed, acknowledged, misfit: wrong, left: place.staged().length };
}

async function inItsOwn(place: FaultPlace, scenario: Scenario, faulty: FaultyDisk): Promise<unknown> {
  try {
    await scenario.command(place, place.options({ disk: faulty.disk }));
    return null;
  } catch (error) {
    return error;
  } finally {
    faulty.heal();
  }
}

/** The same lake object is used again after the fault. The answer is the first error. */
async function inOneProcess(place: FaultPlace, scenario: Scenario, faulty: FaultyDisk): Promise<unknown> {
  const session = scenario.session as NonNullable<Scenario['session']>;
  let lake: WritableLake;
  try {
    lake = await place.open({ disk: faulty.disk });
  } catch (error) {
    faulty.heal();
    return error;
  }
  try {
    await session(lake, place);
    return null;
  } catch (error) {
    faulty.heal();
    await lake.refresh();
    if (!(await scenario.isDone(lake, place))) await session(lake, place);
    expect(await scenario.isDone(lake, place), 'given again in the same process, the command did not do what it does').toBe(true);
    return error;
  } finally {
    await lake.close();
  }
}

/** Nothing that was acknowledged is gone or altered, and nothing half-true can be seen, before anybody has mended anything. */
async function expectWhole(place: FaultPlace, scenario: Scenario, acknowledged: boolean): Promise<void> {
  // Half a lake is nothing that was promised to anybody.
  if (scenario.from === null && !acknowledged) return;
  expect(errorsOf(await place.verify())).toEqual([]);
  // An auditor who writes nothing sees the same.
  if (scenario.from === null || scenario.name === 'fork') return;
  const lake = await openToRead(place.options({ inMemory: true }));
  try {
    const done = await scenario.isDone(lake, place);
    if (acknowledged) expect(done, 'what was acknowledged is not there').toBe(true);
  } finally {
    await lake.close();
  }
}

/** The next process does what is left; then all is as if nothing had happened. */
async function finish(place: FaultPlace, scenario: Scenario, acknowledged: boolean): Promise<void> {
  if (!(await isDoneNow(place, scenario))) {
    if (acknowledged) expect.fail('what was acknowledged is not there');
    await scenario.command(place, place.options());
  }
  expect(await isDoneNow(place, scenario), 'given again, the command did not do what it does').toBe(true);
  await scenario.after?.(place);
  expect(errorsOf(await place.verify())).toEqual([]);
}

/** Opens for writing, as the next command would, where that is possible. */
async function isDoneNow(place: FaultPlace, scenario: Scenario): Promise<boolean> {
  let lake;
  try {
    lake = await place.open();
  } catch (error) {
    if (error instanceof HmsError && scenario.mayBeShut?.includes(error.code) === true) return false;
    throw error;
  }
  try {
    return await scenario.isDone(lake, place);
  } finally {
    await lake.close();
  }
}

/** Evenly spread numbers that are the same for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
