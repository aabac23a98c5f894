import { HmsError, tableVersionName } from '../contract/index.ts';
import type { Instant, OnProgress, Sha256, TableName } from '../contract/index.ts';
import { canonicalJson } from '../core/index.ts';
import type { TableFile, TableSchema, TableVersionDetail } from '../core/index.ts';
import { instantOfText, questionInstant } from './asking.ts';
import { changesSince } from './cube-changes.ts';
import type { CubeBefore, CubeChanges } from './cube-changes.ts';
import type { CubePlan } from './cube-definition.ts';
import { CubeMaking, inCube } from './cube-making.ts';
import { sourceRefs } from './cube-sources.ts';
import type { CubeSource, CubeStatement } from './cube-sources.ts';
import { CUBE_DOMAIN, refreshedText } from './cubes/index.ts';
import type { CubeWindow, Refreshed } from './cubes/index.ts';
import { cubeOf, lastRefresh, refuseOtherShape } from './known-cube.ts';
import type { Cube, CubeOptions } from './known-cube.ts';
import { inWords, watchedSteps } from './lake/index.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { QueryProcesses } from './query/index.ts';
import { partsOf, tableDesk, writeCheckpoints } from './table-rows.ts';
import { commitTables } from './tables/index.ts';
import { openScratch } from './transform-world.ts';

const NOTHING = 'Nothing was changed.';

export interface RefreshOptions extends CubeOptions {
  readonly onProgress?: OnProgress;
  /** Where the window ends; default: now. */
  readonly asOf?: string | null;
  /** Makes all rows anew, also where a part would do. */
  readonly full?: boolean;
}

export interface RefreshedCube {
  readonly name: TableName;
  /** The newest version; it is no new one where nothing had changed. */
  readonly version: TableVersionDetail;
  readonly isNew: boolean;
  readonly how: 'full' | 'parts' | 'none';
  readonly instant: Instant;
  readonly window: CubeWindow | null;
  readonly rows: number;
  readonly sources: readonly { readonly name: TableName; readonly version: number; readonly rows: number }[];
}

/** Others may refresh the same cube, or define it anew, at the same time. */
const ATTEMPTS = 3;

/** Makes the rows of a cube anew from the newest rows of its tables, as its next version. */
export async function refreshCube(lake: WritableLake, name: string, options: RefreshOptions): Promise<RefreshedCube> {
  for (let attempt = 1; ; attempt++) {
    await inWords('Reading the ledger', NOTHING, () => lake.refresh());
    try {
      return await refreshOnce(lake, cubeOf(lake, name), options);
    } catch (error) {
      if (!(error instanceof HmsError) || error.code !== 'TABLE_MOVED' || attempt === ATTEMPTS) throw error;
    }
  }
}

async function refreshOnce(lake: WritableLake, { row, plan }: Cube, { signal, processes = new QueryProcesses(), onProgress = () => undefined, asOf = null, full = false }: RefreshOptions): Promise<RefreshedCube> {
  const { name } = plan;
  const steps = watchedSteps(lake.clock, signal, onProgress, NOTHING);
  const instant = asOf === null ? questionInstant(lake) : instantOfText(asOf, lake.lake.zone);
  const scratch = await openScratch(lake);
  const making = new CubeMaking(lake, plan, scratch, { signal, processes });
  try {
    steps.begin('Reading the definition', null);
    const { schema, statement, sources, window } = await inCube(name, making.begin(instant));
    const newest = lake.catalog.tables.version(name, null);
    refuseOtherShape(lake, plan, schema, newest);
    const before = cubeBefore(lake, newest);
    const counted = Array.from(sources.values(), ({ version }) => ({ name: version.table, version: version.version, rows: version.totals?.rows ?? 0 }));
    const refreshed: Refreshed = { definition: row.hash, instant, window: window === null ? null : { ...window }, sources: counted.map((one) => ({ name: one.name, version: one.version })) };
    const answer = { name, instant, window, sources: counted };
    if (!full && newest !== null && before !== null && isCurrent(before.refreshed, refreshed)) return { ...answer, version: newest, isNew: false, how: 'none', rows: newest.totals?.rows ?? 0 };
    const changes = full || before === null ? null : partial(lake, { plan, hash: row.hash, schema, statement, sources, before, window, newest });
    if (changes !== null) await making.only(changes.from);
    const removes = changes?.removes ?? before?.files ?? cubeFiles(lake, newest);
    steps.begin('Asking', null);
    const written = changes?.from.length === 0 ? [] : await inCube(name, making.write(schema));
    const kept = (newest?.totals?.rows ?? 0) - removes.reduce((sum, file) => sum + file.rows, 0);
    const rows = kept + written.reduce((sum, part) => sum + part.rows, 0);
    const how = changes === null ? 'full' : 'parts';
    steps.begin('Writing', written.length);
    const committed = await commitTables(tableDesk(lake), {
      changes: [
        {
          name,
          definition: { schema, partitionBy: plan.partition, domains: { [CUBE_DOMAIN]: refreshedText(refreshed) }, ...(plan.description === null ? {} : { description: plan.description }) },
          parts: partsOf(name, written, { schema, partitionBy: plan.partition, hidden: new Set() }, scratch),
          removes: removes.map(({ path }) => path),
          operation: newest === null ? 'CREATE TABLE' : 'REFRESH',
        },
      ],
      sources: sourceRefs(lake, sources.values()),
      message: `Refreshed from ${counted.map((one) => tableVersionName(one.name, one.version)).join(', ')}`,
      engine: `DuckDB ${await making.version()}`,
      steps,
      cube: { definition: row.hash, base: newest?.version ?? 0, instant, window: window === null ? null : { ...window }, sources: counted, rows, how },
    });
    await writeCheckpoints(lake, committed.versions, processes);
    const [version] = committed.versions;
    if (version === undefined) throw new Error(`The refresh of ${name} made no version.`);
    return { ...answer, version, isNew: true, how, rows };
  } finally {
    await making.close();
  }
}

/** The same words over the same rows, and no window that moves on. */
function isCurrent(before: Refreshed, now: Refreshed): boolean {
  const state = ({ definition, window, sources }: Refreshed): string => canonicalJson({ definition, window: window === null ? null : [window.after, window.until], sources: sources.map(({ name, version }) => [name, version]) });
  return state(before) === state(now);
}

function cubeFiles(lake: ReadableLake, newest: TableVersionDetail | null): readonly TableFile[] {
  return newest === null ? [] : (lake.catalog.tables.view(newest, [])?.files ?? []);
}

function cubeBefore(lake: ReadableLake, newest: TableVersionDetail | null): CubeBefore | null {
  const refreshed = lastRefresh(lake, newest);
  return newest === null || refreshed === null ? null : { version: newest, files: cubeFiles(lake, newest), refreshed };
}

interface Partial {
  readonly plan: CubePlan;
  readonly hash: Sha256;
  readonly schema: TableSchema;
  readonly statement: CubeStatement;
  readonly sources: ReadonlyMap<TableName, CubeSource>;
  readonly before: CubeBefore;
  readonly window: CubeWindow | null;
  readonly newest: TableVersionDetail | null;
}

function partial(lake: ReadableLake, { plan, hash, schema, statement, sources, before, window }: Partial): CubeChanges | null {
  const [source, second] = [...sources.values()];
  if (source === undefined || second !== undefined || before.refreshed.definition !== hash) return null;
  const view = lake.catalog.tables.view(before.version, []);
  // A column more: rows that are there have to get it too.
  if (view?.schema.length !== schema.length) return null;
  return changesSince(lake, plan, statement.shape.simple, source, before, window);
}
