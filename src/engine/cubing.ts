import { HmsError, TableName, tableVersionName } from '../contract/index.ts';
import type { Instant, OnProgress, Sha256 } from '../contract/index.ts';
import { canonicalJson, evolutionFault, schemaFault, toHex } from '../core/index.ts';
import type { TableFile, TableSchema, TableVersionDetail } from '../core/index.ts';
import { instantOfText, questionInstant } from './asking.ts';
import type { CubeRow } from './catalog/index.ts';
import { changesSince } from './cube-changes.ts';
import type { CubeBefore, CubeChanges } from './cube-changes.ts';
import { cubeSources, cubeStatement, invalid, sourceRefs, sourceTable } from './cube-sources.ts';
import type { CubeSource, CubeStatement } from './cube-sources.ts';
import { compileCube } from './cube-definition.ts';
import type { CubePlan } from './cube-definition.ts';
import { castAdvice, CUBE_DOMAIN, cubeColumnType, refreshedOf, refreshedText, windowOf } from './cubes/index.ts';
import type { CubeWindow, Refreshed } from './cubes/index.ts';
import { inWords, newTxn, sha256, watchedSteps } from './lake/index.ts';
import type { Claimed } from './lake/index.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import { askable, CUBE_MS, QueryProcesses, QuerySession } from './query/index.ts';
import type { QueryProcess } from './query/index.ts';
import { partsOf, tableDesk, writeCheckpoints, writeParts } from './table-rows.ts';
import { commitTables } from './tables/index.ts';
import { refuseTakenName } from './taken-names.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Cubes over a lake: defined, shown, refreshed. docs/operations/cubes.md. */

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
    throw new HmsError('CUBE_UNKNOWN', `There is no cube ${name.slice(0, 100)} in this lake.`, { kept: NOTHING, next: known.length === 0 ? 'None was defined yet: hms dta cube define FILE' : `There are: ${known.slice(0, 40).join(', ')}` });
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
  const making = new Making(lake, plan, scratch, options);
  try {
    return (await inCube(plan.name, making.begin(questionInstant(lake)))).schema;
  } finally {
    await making.close();
  }
}

/** Says of which cube the SQL is that cannot be asked: after a change of tables, several are. */
async function inCube<T>(name: TableName, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HmsError) || error.code !== 'QUERY_REFUSED') throw error;
    const { code, kept = NOTHING, next = 'See the columns of its tables with: hms dta table show NAME', facts, cause } = error;
    throw new HmsError(code, `The SQL of the cube ${name} cannot be asked: ${error.message}`, { kept, next, facts, cause });
  }
}

/** The tables that a cube is made of. From its last refresh where that was by the same definition, else from its SQL. */
export async function sourcesOfCube(lake: ReadableLake, { row, plan }: Cube, { signal, processes = new QueryProcesses() }: CubeOptions): Promise<readonly TableName[]> {
  const last = lastRefresh(lake, lake.catalog.tables.version(plan.name, null));
  if (last?.definition === row.hash) return last.sources.map(({ name }) => name);
  return namesIn(plan, processes, signal);
}

async function namesIn(plan: CubePlan, processes: QueryProcesses, signal: AbortSignal): Promise<readonly TableName[]> {
  const process = processes.take();
  try {
    return [...new Set((await cubeStatement(plan, process, signal)).named)];
  } finally {
    await process.close();
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

/** A cube keeps what its older versions have, as a table does. */
function refuseOtherShape(lake: ReadableLake, plan: CubePlan, columns: TableSchema, newest: TableVersionDetail | null): void {
  const description = newest === null ? null : lake.catalog.tables.view(newest, []);
  if (description === null) return;
  const fault = evolutionFault(description.schema, columns);
  const laidOut = description.partitionColumns.join(', ');
  const why = fault ?? (laidOut === plan.partition.join(', ') ? null : `It is laid out by ${laidOut === '' ? 'nothing' : laidOut}, and keeps that.`);
  if (why !== null) throw new HmsError('CUBE_REFUSED', `The cube ${plan.name} has versions already, and this definition does not go on from them. ${why}`, { kept: NOTHING, next: 'Give the new cube a name of its own.' });
}

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
  const making = new Making(lake, plan, scratch, { signal, processes });
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

interface Begun {
  readonly schema: TableSchema;
  readonly statement: CubeStatement;
  readonly sources: ReadonlyMap<TableName, CubeSource>;
  readonly window: CubeWindow | null;
}

/** The rows of one cube in the making: its SQL in a query process that sees the files of its tables and nothing else. */
class Making {
  readonly #lake: ReadableLake;
  readonly #plan: CubePlan;
  readonly #scratch: ScratchFolder;
  readonly #signal: AbortSignal;
  readonly #processes: QueryProcesses;
  readonly #process: QueryProcess;
  #session: QuerySession | null = null;
  #sources: readonly CubeSource[] = [];
  #sql = '';

  constructor(lake: ReadableLake, plan: CubePlan, scratch: ScratchFolder, { signal, processes }: Required<Pick<CubeOptions, 'signal' | 'processes'>>) {
    this.#lake = lake;
    this.#plan = plan;
    this.#scratch = scratch;
    this.#signal = signal;
    this.#processes = processes;
    this.#process = processes.take();
  }

  version(): Promise<string> {
    return this.#process.ready();
  }

  async begin(instant: Instant): Promise<Begun> {
    const plan = this.#plan;
    const statement = await cubeStatement(plan, this.#process, this.#signal);
    const window = plan.window === null ? null : windowOf(plan.window, instant);
    const sources = cubeSources(this.#lake, plan, statement, window);
    this.#sources = [...sources.values()];
    const names = [...sources.keys()];
    const tables = this.#sources.map((source, i) => sourceTable(this.#lake, nameOf(i), source));
    this.#session = new QuerySession(this.#processes, { files: tables.flatMap(({ parts }) => parts.flatMap(({ files }) => files)), output: this.#scratch.outputs, temporary: this.#scratch.temporary, process: this.#process });
    for (const table of tables) await this.#session.table(table, this.#signal);
    this.#sql = askable(statement.planned, statement.named.map((name) => nameOf(names.indexOf(name)))).sql.replace(/[\s;]+$/, '');
    return { schema: await this.#schema(), statement, sources, window };
  }

  /** From here on the one source has these files only. */
  async only(files: readonly TableFile[]): Promise<void> {
    const [source] = this.#sources;
    if (source !== undefined) await this.#session?.table(sourceTable(this.#lake, nameOf(0), source, files), this.#signal);
  }

  write(schema: TableSchema): ReturnType<typeof writeParts> {
    if (this.#session === null) throw new Error('The cube was not begun.');
    return writeParts({ session: this.#session, scratch: this.#scratch, signal: this.#signal }, { select: this.#sql, schema, partitionBy: this.#plan.partition }, { ms: CUBE_MS });
  }

  async close(): Promise<void> {
    await (this.#session ?? this.#process).close();
    await this.#scratch.close();
  }

  async #schema(): Promise<TableSchema> {
    const { name, partition } = this.#plan;
    const schema: TableSchema[number][] = [];
    for await (const part of this.#session?.select(`SELECT * FROM (${this.#sql}\n) LIMIT 0`, this.#signal) ?? []) {
      if ('rows' in part) continue;
      for (const column of part.columns) {
        const type = cubeColumnType(column.type);
        if (type === null) throw new HmsError('CUBE_INVALID', `The cube ${name} cannot be made. Its column "${column.name}" has the type ${column.type}, which a table of the lake cannot have.`, { kept: NOTHING, next: castAdvice(column.name, column.type) });
        schema.push({ name: column.name, type, nullable: true });
      }
    }
    const fault = schemaFault(schema, partition);
    if (fault !== null) throw invalid(name, fault);
    return schema;
  }
}

/** No name that a person can write in SQL by chance. */
function nameOf(i: number): string {
  return `hms ${i + 1}`;
}
