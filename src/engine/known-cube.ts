import { HmsError, TableName } from '../contract/index.ts';
import { evolutionFault, nearestName } from '../core/index.ts';
import type { TableSchema, TableVersionDetail } from '../core/index.ts';
import type { CubeRow } from './catalog/index.ts';
import { cubeStatement } from './cube-sources.ts';
import { compileCube } from './cube-definition.ts';
import type { CubePlan } from './cube-definition.ts';
import { refreshedOf } from './cubes/index.ts';
import type { Refreshed } from './cubes/index.ts';
import type { ReadableLake } from './open.ts';
import { QueryProcesses } from './query/index.ts';

/** What a lake knows of its cubes: docs/operations/cubes.md. */

const NOTHING = 'Nothing was changed.';

export interface Cube {
  readonly row: CubeRow;
  readonly plan: CubePlan;
  readonly text: string;
}

/** A cube by its name, as it was defined last. CUBE_UNKNOWN where there is none. */
export function cubeOf(lake: ReadableLake, name: string): Cube {
  const [row] = TableName.safeParse(name).success ? lake.catalog.cubeDefinitions(name) : [];
  if (row === undefined) {
    const known = lake.catalog.cubes().map((one) => one.name);
    const nearest = nearestName(name, known);
    const isTable = TableName.safeParse(name).success && lake.catalog.view.table(name as TableName) !== null;
    const words = isTable ? `${name} is a table and no cube: its rows come from raw drops and programs, and nothing refreshes it.` : `There is no cube ${name.slice(0, 100)} in this lake.${nearest === null ? '' : ` Is "${nearest}" meant?`}`;
    throw new HmsError('CUBE_UNKNOWN', words, { kept: NOTHING, next: known.length === 0 ? 'None was defined yet: hms dta cube define FILE' : `There are: ${known.slice(0, 40).join(', ')}` });
  }
  return cubeIn(row);
}

export function cubeIn(row: CubeRow): Cube {
  const { name, text } = row;
  const compiled = text === null ? null : compileCube(Buffer.from(text));
  if (text === null || compiled?.ok !== true) throw new HmsError('STORED_DAMAGED', `The definition of the cube ${name} is not known: the body of its entry is missing, or was written by a newer program.`, { kept: NOTHING, next: 'Run `hms dta verify` on the lake, and restore what it names from a backup.' });
  return { row, plan: compiled.plan, text };
}

/** What the newest version of a cube was made from; null where it has none, or its lines are not known. */
export function lastRefresh(lake: ReadableLake, version: TableVersionDetail | null): Refreshed | null {
  const description = version === null ? null : lake.catalog.tables.description(version);
  return description === null ? null : refreshedOf(description.domains);
}

export interface CubeOptions {
  readonly signal: AbortSignal;
  readonly processes?: QueryProcesses;
}

/** The tables that a cube is made of. From its last refresh where that was by the same definition, else from its SQL. */
export async function sourcesOfCube(lake: ReadableLake, { row, plan }: Cube, { signal, processes = new QueryProcesses() }: CubeOptions): Promise<readonly TableName[]> {
  const last = lastRefresh(lake, lake.catalog.tables.version(plan.name, null));
  if (last?.definition === row.hash) return last.sources.map(({ name }) => name);
  return namesIn(plan, processes, signal);
}

/** The tables that its SQL names. */
export async function namesIn(plan: CubePlan, processes: QueryProcesses, signal: AbortSignal): Promise<readonly TableName[]> {
  const process = processes.take();
  try {
    return [...new Set((await cubeStatement(plan, process, signal)).named)];
  } finally {
    await process.close();
  }
}

/** A cube keeps what its older versions have, as a table does. */
export function refuseOtherShape(lake: ReadableLake, plan: CubePlan, columns: TableSchema, newest: TableVersionDetail | null): void {
  const description = newest === null ? null : lake.catalog.tables.view(newest, []);
  if (description === null) return;
  const fault = evolutionFault(description.schema, columns);
  const laidOut = description.partitionColumns.join(', ');
  const why = fault ?? (laidOut === plan.partition.join(', ') ? null : `It is laid out by ${laidOut === '' ? 'nothing' : laidOut}, and keeps that.`);
  if (why !== null) throw new HmsError('CUBE_REFUSED', `The cube ${plan.name} has versions already, and this definition does not go on from them. ${why}`, { kept: NOTHING, next: 'Give the new cube a name of its own.' });
}
