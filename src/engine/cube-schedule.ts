import { HmsError, instantOf } from '../contract/index.ts';
import type { Instant, TableName } from '../contract/index.ts';
import { officeTime } from '../core/index.ts';
import { refreshCube } from './cube-refreshing.ts';
import { cubeIn, lastRefresh, sourcesOfCube } from './known-cube.ts';
import type { RefreshedCube, RefreshOptions } from './cube-refreshing.ts';
import type { Cube } from './known-cube.ts';
import type { RefreshRule } from './cube-definition.ts';
import type { ReadableLake, WritableLake } from './open.ts';

/** Cubes that are refreshed by themselves: after their tables changed, and every night. */

/** What became of one cube. What is wrong with one does not stop the others. */
export type CubeOutcome = { readonly name: TableName; readonly refreshed: RefreshedCube } | { readonly name: TableName; readonly error: HmsError };

type ScheduleOptions = Omit<RefreshOptions, 'asOf' | 'full'>;

/**
 * Refreshes the cubes with the rule `on_change` that are made of these tables, and those that are made of such cubes, each after what it is made of. To be called after a commit to the
 * tables; called once more, or by two stations at once, it finds that nothing is left to do. Throws only where the work was cancelled, or for a fault of the program.
 */
export async function refreshCubesOf(lake: WritableLake, tables: Iterable<TableName>, options: ScheduleOptions): Promise<readonly CubeOutcome[]> {
  const outcomes: CubeOutcome[] = [];
  const changed = new Set(tables);
  for (const { cube, sources } of await inOrder(lake, 'on_change', options, outcomes)) {
    const { name } = cube.plan;
    if (!sources.some((source) => changed.has(source))) continue;
    const outcome = await outcomeOf(lake, name, options);
    outcomes.push(outcome);
    if ('refreshed' in outcome && outcome.refreshed.isNew) changed.add(name);
  }
  return outcomes;
}

/**
 * Refreshes the cubes with the rule `nightly` whose last refresh was before the end of the last day of the office; their windows end with that day. Of several nights that were missed only
 * the last is made up for.
 */
export async function refreshNightly(lake: WritableLake, options: ScheduleOptions): Promise<readonly CubeOutcome[]> {
  const outcomes: CubeOutcome[] = [];
  const night = lastNight(lake.clock.now(), lake.lake.zone);
  for (const { cube } of await inOrder(lake, 'nightly', options, outcomes)) {
    if (isDone(lake, cube, night)) continue;
    outcomes.push(await outcomeOf(lake, cube.plan.name, { ...options, asOf: night }));
  }
  return outcomes;
}

/** Whether a cube waits for the night that was last. */
export function nightlyDue(lake: ReadableLake): boolean {
  const night = lastNight(lake.clock.now(), lake.lake.zone);
  return lake.catalog.cubes().some((row) => {
    const cube = readable(() => cubeIn(row));
    return cube?.plan.refresh === 'nightly' && !isDone(lake, cube, night);
  });
}

/** A refresh by hand for a later instant counts too. */
function isDone(lake: ReadableLake, { plan, row }: Cube, night: Instant): boolean {
  const last = lastRefresh(lake, lake.catalog.tables.version(plan.name, null));
  if (last === null || last.definition !== row.hash) return false;
  if (last.instant >= night) return true;
  // Without a window, a night in which nothing came makes no version.
  return plan.window === null && last.sources.every(({ name, version }) => lake.catalog.tables.version(name, null)?.version === version);
}

/** The last moment of the office's last day, whose next begins at the first moment that its clocks show. */
export function lastNight(now: number, zone: string): Instant {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(now));
  for (const hour of ['00', '01', '02']) {
    const time = officeTime(`${today} ${hour}:00:00`, zone);
    if (time.kind === 'instant') return instantOf(Date.parse(time.at) - 1);
    if (time.kind === 'twice') return instantOf(Date.parse(time.first) - 1);
  }
  throw new RangeError(`The day ${today} has no beginning in ${zone}.`);
}

interface Ordered {
  readonly cube: Cube;
  readonly sources: readonly TableName[];
}

/** The cubes of a rule, each behind those that it is made of, directly or by way of cubes with another rule. */
async function inOrder(lake: ReadableLake, rule: RefreshRule, options: ScheduleOptions, outcomes: CubeOutcome[]): Promise<readonly Ordered[]> {
  const all = new Map<TableName, Ordered>();
  for (const row of lake.catalog.cubes()) {
    try {
      const cube = cubeIn(row);
      all.set(row.name, { cube, sources: await sourcesOfCube(lake, cube, options) });
    } catch (error) {
      if (!(error instanceof HmsError)) throw error;
      outcomes.push({ name: row.name, error });
    }
  }
  const ordered: Ordered[] = [];
  const seen = new Set<TableName>();
  const visit = (name: TableName): void => {
    const one = all.get(name);
    if (one === undefined || seen.has(name)) return;
    seen.add(name);
    one.sources.forEach(visit);
    if (one.cube.plan.refresh === rule) ordered.push(one);
  };
  [...all.keys()].forEach(visit);
  return ordered;
}

async function outcomeOf(lake: WritableLake, name: TableName, options: RefreshOptions): Promise<CubeOutcome> {
  try {
    return { name, refreshed: await refreshCube(lake, name, options) };
  } catch (error) {
    if (error instanceof HmsError) return { name, error };
    throw error;
  }
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof HmsError) return null;
    throw error;
  }
}
