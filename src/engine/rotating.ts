import { CancelledError, HmsError } from '../contract/index.ts';
import type { ErrorCode, OnProgress, TableName } from '../contract/index.ts';
import { refreshCube } from './cube-refreshing.ts';
import type { CubeOutcome } from './cube-schedule.ts';
import { refreshedOf } from './cubes/index.ts';
import { openSecret, rotateSecret, secretOfTable, secretsOf, staleTables } from './masking.ts';
import type { MaskSecret } from './masks/index.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { QueryProcesses } from './query/index.ts';
import { remaskPlan, remaskTable } from './remasking.ts';
import type { RemaskedTable } from './remasking.ts';
import { tableUnknown } from './tables/index.ts';

/**
 * A new secret, and every table that was masked with another one made again from its raw drops, each in one entry; then the cubes over them. What an interruption left undone is done when the
 * rotation is asked for again: no further secret is made before.
 */

export interface RotateOptions {
  readonly reason: string;
  /** Tables that stay as they are, under their old secret, and get no rows any more. */
  readonly leave: readonly TableName[];
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly processes?: QueryProcesses;
  /** Told that the secret is made, before the first table. */
  readonly begun?: (secret: { readonly id: string; readonly replaces: string | null; readonly isNew: boolean }) => void;
}

export interface Rotation {
  readonly secret: string;
  /** The one before it; null where the lake had none. */
  readonly replaces: string | null;
  /** False: one that was made before, whose tables were not all done. */
  readonly isNew: boolean;
  readonly tables: readonly RemaskedTable[];
  readonly left: readonly TableName[];
  /** Tables that could not be made again now; they wait under the old secret. */
  readonly failed: readonly { readonly table: TableName; readonly error: HmsError }[];
  readonly cubes: readonly CubeOutcome[];
}

/** What is wrong with one table, and nothing to the others. */
const ofOneTable: ReadonlySet<ErrorCode> = new Set(['TABLE_FOREIGN', 'TABLE_DAMAGED', 'TABLE_REFUSED', 'TABLE_MOVED', 'STORED_DAMAGED', 'VERSION_LOST', 'CONTENT_REFUSED', 'QUERY_REFUSED', 'QUERY_STOPPED', 'QUERY_FAILED', 'ENTRY_TOO_LARGE']);

/** Rotates the secret, or goes on with a rotation that was interrupted. SECRET_REFUSED, before anything is changed, where a table that is not to be left cannot be made again. */
export async function rotateAndRemask(lake: WritableLake, options: RotateOptions): Promise<Rotation> {
  const { leave, reason, signal, begun } = options;
  const unknown = leave.find((name) => lake.catalog.tables.version(name, null) === null);
  if (unknown !== undefined) throw tableUnknown(unknown);
  const [current = null, older = null] = secretsOf(lake);
  const kept = current === null ? null : await openSecret(lake);
  const isNew = kept === null || (undone(lake, leave).length === 0 && cubesBehind(lake).length === 0);
  const wanted = isNew ? maskedTables(lake).filter((name) => !leave.includes(name)) : undone(lake, leave);
  await refuseUnmakeable(lake, wanted);
  if (signal.aborted) throw new CancelledError('Nothing was changed.');
  const made = isNew ? await rotateSecret(lake, reason) : { id: kept.id, replaces: older?.id ?? null };
  begun?.({ ...made, isNew });
  const own = options.processes === undefined ? new QueryProcesses() : null;
  const world = { signal, onProgress: options.onProgress, processes: options.processes ?? (own as QueryProcesses) };
  try {
    const { tables, failed } = await remaskAll(lake, undone(lake, leave), await usable(lake, made.id), world);
    const cubes = await refreshBehind(lake, world);
    return { secret: made.id, replaces: made.replaces, isNew, tables, left: leave.filter((name) => staleTables(lake).includes(name)), failed, cubes };
  } finally {
    await own?.close();
  }
}

/** The secret that was made, or that of someone who has made another since. */
async function usable(lake: ReadableLake, id: string): Promise<MaskSecret> {
  const secret = await openSecret(lake);
  if (secret?.id === id) return secret;
  throw new HmsError('SECRET_REFUSED', 'Another workstation made a new secret at the same time.', { kept: 'No table was changed.', next: 'Take that secret with `hms dta secret accept`, then run the command again.' });
}

interface World {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly processes: QueryProcesses;
}

async function remaskAll(lake: WritableLake, names: readonly TableName[], secret: MaskSecret, world: World): Promise<Pick<Rotation, 'tables' | 'failed'>> {
  const tables: RemaskedTable[] = [];
  const failed: { table: TableName; error: HmsError }[] = [];
  for (const name of names) {
    try {
      tables.push(await remaskTable(lake, name, secret, world));
    } catch (error) {
      if (error instanceof CancelledError) throw new CancelledError(keptWords(tables.length, names.length));
      if (!(error instanceof HmsError) || !ofOneTable.has(error.code)) throw error;
      failed.push({ table: name, error });
    }
  }
  return { tables, failed };
}

function keptWords(done: number, all: number): string {
  if (all === 1) return 'The new secret is in use, and the table is not masked with it yet. The same command goes on with it; until then its drops wait.';
  if (done === 0) return `The new secret is in use, and none of ${all} tables is masked with it yet. The same command goes on with them; until then their drops wait.`;
  return `The new secret is in use, and ${done} of ${all} tables ${done === 1 ? 'is' : 'are'} masked with it. The same command goes on with the others; until then their drops wait.`;
}

/** Tables that were masked with a secret, whichever. */
function maskedTables(lake: ReadableLake): TableName[] {
  return lake.catalog.tables.all().flatMap(({ table }) => (secretOfTable(lake, table) === null ? [] : [table]));
}

function undone(lake: ReadableLake, leave: readonly TableName[]): TableName[] {
  return staleTables(lake).filter((name) => !leave.includes(name));
}

async function refuseUnmakeable(lake: ReadableLake, names: readonly TableName[]): Promise<void> {
  const reasons: string[] = [];
  const tables: TableName[] = [];
  for (const name of names) {
    const plan = await remaskPlan(lake, name);
    if (typeof plan !== 'string') continue;
    reasons.push(plan);
    tables.push(name);
  }
  if (tables.length === 0) return;
  const shown = reasons.slice(0, 5).join(' ');
  const more = reasons.length > 5 ? ` And ${reasons.length - 5} more tables cannot be made again.` : '';
  throw new HmsError('SECRET_REFUSED', `The secret was not replaced, because rows that it masks cannot be made again from raw drops. ${shown}${more}`, {
    kept: 'Nothing was changed.',
    next: `To leave ${tables.length === 1 ? 'that table' : 'those tables'} as ${tables.length === 1 ? 'it is, under its' : 'they are, under their'} old secret and closed to new rows, add: ${tables.slice(0, 20).map((name) => `--leave ${name}`).join(' ')}. New rows then need a contract of another name.`,
    facts: { tables },
  });
}

/** Cubes that still have rows of tables from before these were masked again. A cube over a table that stays under its old secret is none. */
function cubesBehind(lake: ReadableLake): TableName[] {
  return lake.catalog.cubes().flatMap(({ name }) => (sourcesOf(lake, name, null).some((source) => isOld(lake, source.name, source.version) && !isOld(lake, source.name, null)) ? [name] : []));
}

function sourcesOf(lake: ReadableLake, name: TableName, version: number | null): readonly { readonly name: TableName; readonly version: number }[] {
  const detail = lake.catalog.tables.version(name, version);
  const description = detail === null ? null : lake.catalog.tables.description(detail);
  return description === null ? [] : (refreshedOf(description.domains)?.sources ?? []);
}

/** Whether a version of a table, or what a version of a cube was made from, is masked with another secret than that of now. */
function isOld(lake: ReadableLake, name: TableName, version: number | null): boolean {
  const secret = secretOfTable(lake, name, version);
  if (secret !== null) return secret !== secretsOf(lake)[0]?.id;
  return sourcesOf(lake, name, version).some((source) => isOld(lake, source.name, source.version));
}

/** Refreshes them whatever their rule is: cubes of cubes come after those that they are made of. */
async function refreshBehind(lake: WritableLake, { signal, processes }: World): Promise<readonly CubeOutcome[]> {
  const outcomes: CubeOutcome[] = [];
  const isMet = (name: TableName): boolean => outcomes.some((one) => one.name === name);
  for (let next = cubesBehind(lake)[0]; next !== undefined; next = cubesBehind(lake).find((name) => !isMet(name))) {
    try {
      outcomes.push({ name: next, refreshed: await refreshCube(lake, next, { signal, processes }) });
    } catch (error) {
      if (error instanceof CancelledError) throw new CancelledError('The new secret is in use, and all tables are masked with it. The same command goes on with their cubes.');
      if (!(error instanceof HmsError)) throw error;
      outcomes.push({ name: next, error });
    }
  }
  return outcomes;
}
