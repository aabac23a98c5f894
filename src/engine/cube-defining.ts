import { HmsError, tableVersionName } from '../contract/index.ts';
import type { Sha256, TableName } from '../contract/index.ts';
import { toHex } from '../core/index.ts';
import type { TableSchema } from '../core/index.ts';
import { questionInstant } from './asking.ts';
import { compileCube } from './cube-definition.ts';
import type { CubePlan } from './cube-definition.ts';
import { CubeMaking, inCube } from './cube-making.ts';
import { invalid } from './cube-sources.ts';
import { cubeOf, namesIn, refuseOtherShape, sourcesOfCube } from './known-cube.ts';
import type { CubeOptions } from './known-cube.ts';
import { inWords, newTxn, sha256 } from './lake/index.ts';
import type { Claimed } from './lake/index.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { QueryProcesses } from './query/index.ts';
import { refuseTakenName } from './taken-names.ts';
import { openScratch } from './transform-world.ts';

const NOTHING = 'Nothing was changed.';

export interface DefinedCube {
  readonly name: TableName;
  readonly hash: Sha256;
  readonly columns: TableSchema;
  readonly claimed: Claimed;
}

/** Puts the definition of a cube into the ledger. Its SQL is tried on the tables as they are; no row is made. */
export async function defineCube(lake: WritableLake, bytes: Uint8Array, { signal, processes = new QueryProcesses() }: CubeOptions): Promise<DefinedCube> {
  const compiled = compileCube(bytes);
  if (!compiled.ok) {
    const told = compiled.faults.slice(0, 10).map(({ line, column, path, message, next }) => `Line ${line}, column ${column}${path === '' ? '' : ` (${path})`}: ${message}${next === null ? '' : ` ${next}`}`);
    throw new HmsError('CUBE_INVALID', `This is not the definition of a cube. ${told.join(' ')}`, { kept: NOTHING, facts: { faults: compiled.faults } });
  }
  const { plan, text } = compiled;
  const hash = toHex(sha256(bytes)) as Sha256;
  const txn = newTxn(lake.clock);
  for (;;) {
    await inWords('Reading the ledger', NOTHING, () => lake.refresh());
    refuseTakenName(lake, plan.name, 'cube');
    const [before] = lake.catalog.cubeDefinitions(plan.name);
    if (before?.hash === hash) throw new HmsError('ACT_REFUSED', `The cube ${plan.name} is defined in these very words already.`, { kept: NOTHING, next: `Its rows are made anew with: hms dta cube refresh ${plan.name}` });
    const newest = lake.catalog.tables.version(plan.name, null);
    const columns = await tried(lake, plan, { signal, processes });
    await refuseCircle(lake, plan, { signal, processes });
    refuseOtherShape(lake, plan, columns, newest);
    const definition = (sha: Sha256): { ref: string; sha256: Sha256 } => ({ ref: 'definition', sha256: sha });
    try {
      const claimed = await lake.ledger.claimWith(
        lake.signer,
        txn,
        { op: 'cube.defined', subject: `cube:${tableVersionName(plan.name, (newest?.version ?? 0) + 1)}`, head: { text }, inputs: before === undefined ? [] : [definition(before.hash)], outputs: [definition(hash)] },
        () => lake.catalog.cubeDefinitions(plan.name)[0]?.hash === before?.hash && lake.catalog.tables.version(plan.name, null)?.version === newest?.version,
      );
      if (claimed === null) continue;
      await lake.ledger.finish(lake.signer, lake.paths.transaction(txn));
      lake.ledger.refuseWithoutEffect(claimed);
      return { name: plan.name, hash, columns, claimed };
    } catch (error) {
      if (error instanceof HmsError && error.code === 'ACT_REFUSED') await lake.durable.removeTree(lake.paths.transaction(txn));
      throw error;
    }
  }
}

/** The columns that the cube has by its SQL. */
async function tried(lake: ReadableLake, plan: CubePlan, options: Required<Pick<CubeOptions, 'signal' | 'processes'>>): Promise<TableSchema> {
  const scratch = await openScratch(lake);
  const making = new CubeMaking(lake, plan, scratch, options);
  try {
    return (await inCube(plan.name, making.begin(questionInstant(lake)))).schema;
  } finally {
    await making.close();
  }
}

/** A cube that is made of cubes which are made of it could never be refreshed. */
async function refuseCircle(lake: ReadableLake, plan: CubePlan, options: Required<Pick<CubeOptions, 'signal' | 'processes'>>): Promise<void> {
  const left: (readonly TableName[])[] = [[plan.name]];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const [name] = path;
    if (name === undefined || (name !== plan.name && lake.catalog.view.cube(name) === null)) continue;
    const sources = name === plan.name ? await namesIn(plan, options.processes, options.signal) : await sourcesOfCube(lake, cubeOf(lake, name), options);
    for (const source of sources) {
      if (source === plan.name) throw invalid(plan.name, `It would be made of itself: ${[plan.name, ...[...path].reverse().slice(1), plan.name].join(' is made of ')}.`);
      left.push([source, ...path]);
    }
  }
}
