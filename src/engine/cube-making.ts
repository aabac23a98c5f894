import { HmsError } from '../contract/index.ts';
import type { Instant, TableName } from '../contract/index.ts';
import { schemaFault } from '../core/index.ts';
import type { TableFile, TableSchema } from '../core/index.ts';
import { cubeSources, cubeStatement, invalid, sourceTable } from './cube-sources.ts';
import type { CubeSource, CubeStatement } from './cube-sources.ts';
import type { CubePlan } from './cube-definition.ts';
import { castAdvice, cubeColumnType, windowOf } from './cubes/index.ts';
import type { CubeWindow } from './cubes/index.ts';
import type { CubeOptions } from './known-cube.ts';
import type { ReadableLake } from './open.ts';
import { askable, CUBE_MS, QuerySession } from './query/index.ts';
import type { QueryProcess, QueryProcesses } from './query/index.ts';
import { writeParts } from './table-rows.ts';
import type { ScratchFolder } from './transform-world.ts';

const NOTHING = 'Nothing was changed.';

/** Says of which cube the SQL is that cannot be asked: after a change of tables, several are. */
export async function inCube<T>(name: TableName, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HmsError) || error.code !== 'QUERY_REFUSED') throw error;
    const { code, kept = NOTHING, next = 'See the columns of its tables with: hms dta table show NAME', facts, cause } = error;
    throw new HmsError(code, `The SQL of the cube ${name} cannot be asked: ${error.message}`, { kept, next, facts, cause });
  }
}

/** A cube whose SQL can be asked. */
export interface BegunCube {
  readonly schema: TableSchema;
  readonly statement: CubeStatement;
  readonly sources: ReadonlyMap<TableName, CubeSource>;
  readonly window: CubeWindow | null;
}

/** The rows of one cube in the making: its SQL in a query process that sees the files of its tables and nothing else. */
export class CubeMaking {
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

  async begin(instant: Instant): Promise<BegunCube> {
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
