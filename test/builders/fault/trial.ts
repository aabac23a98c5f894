import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { HmsError } from '../../../src/contract/index.ts';
import { systemDisk } from '../../../src/engine/lake/index.ts';
import { openToRead } from '../../../src/engine/open.ts';
import type { WritableLake } from '../../../src/engine/open.ts';
import { Crash, FaultyDisk, isCrash } from './faulty-disk.ts';
import type { Call, FaultKind } from './faulty-disk.ts';
import { errorsOf, misfit } from './fault-place.ts';
import type { FaultPlace } from './fault-place.ts';
import { LosingDisk } from './losing-disk.ts';
import { numbersFrom } from './numbers.ts';
import { tidy } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** One command that meets one fault, and all that must hold afterwards. */

export type TrialKind = FaultKind | 'powerCut';

export interface TrialEnd {
  /** The call that failed; undefined where the command made fewer calls this time. */
  readonly failed: Call | undefined;
  readonly acknowledged: boolean;
  /** Folders in staging when all was done. */
  readonly left: number;
}

/** Which calls the command makes where nothing fails. */
export async function callsOf(place: FaultPlace, scenario: Scenario): Promise<readonly Call[]> {
  place.restore(scenario.from);
  const counting = new FaultyDisk(null, scenario.under?.() ?? systemDisk);
  await scenario.command(place, place.options({ disk: counting.disk }));
  return counting.calls;
}

/** Throws what does not hold. */
export async function trial(place: FaultPlace, scenario: Scenario, at: number, kind: TrialKind): Promise<TrialEnd> {
  place.restore(scenario.from);
  const grave = join(place.base, 'grave');
  const under = scenario.under?.() ?? systemDisk;
  const losing = kind === 'powerCut' ? new LosingDisk(grave, under) : null;
  const faulty = new FaultyDisk({ at, kind: kind === 'powerCut' ? 'crashBefore' : kind }, losing?.disk ?? under);
  const crash = kind === 'powerCut' || isCrash(kind);
  // A program that is still there goes on with the same lake in every second trial; in the others the next process does.
  const stays = !crash && scenario.session !== undefined && at % 2 === 0;
  const error = stays ? await inOneProcess(place, scenario, faulty) : await inItsOwn(place, scenario, faulty);
  const acknowledged = error === null;
  if (crash) await die(place, scenario, faulty, losing, at);
  if (losing !== null) rmSync(grave, { recursive: true });
  if (crash || at % 3 === 0) await expectWhole(place, scenario, acknowledged, at % 4 === 0);
  await finish(place, scenario, acknowledged);
  scenario.after?.(place, crash || kind === 'EROFS' || kind === 'gone');
  if (crash) expect(error === null || error instanceof Crash, `the end of the process was taken for something else: ${String(error)}`).toBe(true);
  else if (error !== null) expect(misfit(error), 'what people are told').toBeNull();
  return { failed: faulty.failed, acknowledged, left: place.staged().length };
}

async function die(place: FaultPlace, scenario: Scenario, faulty: FaultyDisk, losing: LosingDisk | null, at: number): Promise<void> {
  await faulty.bury();
  losing?.cut(numbersFrom(at));
  // The catalog survives a crash; a power cut costs it what SQLite had not flushed; or it is another day and another disk.
  if (at % 3 === 1) place.restoreCatalog(null);
  else if (losing !== null && at % 3 === 2) place.restoreCatalog(scenario.from);
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
    expect(await scenario.isDone(lake, place), 'given again in the same process, the command does what it does').toBe(true);
    return error;
  } finally {
    faulty.heal();
    await lake.close();
  }
}

/** Nothing that was acknowledged is gone or altered, and nothing half-true can be seen, before anybody has mended anything. */
async function expectWhole(place: FaultPlace, scenario: Scenario, acknowledged: boolean, read: boolean): Promise<void> {
  // Half a lake is nothing that was promised to anybody.
  if (scenario.isBirth === true && !acknowledged) return;
  const wrong = errorsOf(await place.verify()).filter((line) => !place.isHalfCopy(line) && scenario.meanwhile?.test(line) !== true);
  expect(wrong.join('\n'), 'what the check finds before anybody mends anything').toBe('');
  if (!read || scenario.mayBeShut !== undefined) return;
  // An auditor, who writes nothing.
  const lake = await openToRead(place.options({ inMemory: true }));
  try {
    const done = await scenario.isDone(lake, place);
    expect(done || !acknowledged, 'what was acknowledged is there').toBe(true);
  } finally {
    await lake.close();
  }
}

/** The next process does what is left; then all is as if nothing had happened. */
async function finish(place: FaultPlace, scenario: Scenario, acknowledged: boolean): Promise<void> {
  const lake = await openNow(place, scenario);
  let done = false;
  try {
    if (lake !== null) {
      await tidy(lake);
      done = await scenario.isDone(lake, place);
      expect(done || !acknowledged, 'what was acknowledged is there').toBe(true);
      if (!done && scenario.session !== undefined) {
        await scenario.session(lake, place);
        done = await scenario.isDone(lake, place);
      }
    }
  } finally {
    await lake?.close();
  }
  if (!done) {
    await scenario.command(place, place.options());
    const after = await place.open();
    done = await scenario.isDone(after, place);
    await after.close();
  }
  expect(done, 'given again, the command does what it does').toBe(true);
  expect(errorsOf(await place.verify()).join('\n'), 'what the check finds at the end').toBe('');
}

/** Opens for writing as the next command would; null where the lake is shut until the command itself is given again. */
async function openNow(place: FaultPlace, scenario: Scenario): Promise<WritableLake | null> {
  try {
    return await place.open();
  } catch (error) {
    if (error instanceof HmsError && scenario.mayBeShut?.includes(error.code) === true) return null;
    throw error;
  }
}
