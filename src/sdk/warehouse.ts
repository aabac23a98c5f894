import { createReadStream } from 'node:fs';
import { HmsError, ProgramId } from '../contract/index.ts';
import { DropStates } from '../engine/drop-states.ts';
import { normalizeWaiting } from '../engine/normalizing.ts';
import { insertPosted } from '../engine/posted-rows.ts';
import { QueryProcesses, refreshedView } from '../engine/query/index.ts';
import { dropOfText } from '../engine/raw-drops.ts';
import type { Access } from './access.ts';
import { Cubes } from './cubes.ts';
import type { CubeRefresh, RefreshOptions } from './cubes.ts';
import { workOf } from './staging.ts';
import type { WorkOptions } from './types.ts';

export interface InsertOptions extends WorkOptions {
  /** Raw drops that the rows were made from. */
  readonly inputs?: readonly (number | string)[];
  /** That of the drops where it is left out. */
  readonly program?: number;
  /** How a file or stream is written; rows that are objects need none. Default: `csv`. */
  readonly format?: 'csv' | 'tsv' | 'ndjson' | 'parquet';
}

export interface Inserted {
  readonly table: string;
  readonly version: number;
  readonly rows: number;
}

export interface NormalizeReport {
  readonly drops: number;
  readonly rows: number;
  readonly quarantined: number;
}

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** Tables and cubes of a lake; {@link Lake.warehouse}. */
export class Warehouse {
  readonly #access: Access;

  /** @internal */
  constructor(access: Access) {
    this.#access = access;
  }

  /**
   * Checks rows against the contract of a table, masks and inserts them: all or none. `rows` are objects, the path of a file, or its bytes as they come.
   *
   * @throws {@link HmsError} `CONTENT_REFUSED` where they do not keep to the contract (`facts.findings` says where), `CONTRACT_UNKNOWN`, `TABLE_REFUSED` where rows of a drop are in the table already
   *
   * @example
   * ```ts
   * await records.warehouse.insert('car_sensor_tests', [{ model: 'Model-Z', fail: 1, tested_at: '2024-07-31T10:00:00Z' }], { inputs: [881] });
   * ```
   */
  async insert(table: string, rows: readonly Row[] | string | AsyncIterable<Uint8Array>, options: InsertOptions = {}): Promise<Inserted> {
    const { inputs = [], program, format = 'csv', ...work } = options;
    const known = program === undefined ? null : ProgramId.safeParse(program);
    if (known?.success === false) throw new HmsError('USAGE', `${program} is not the number of a program.`, { kept: 'Nothing was changed.', next: 'Give a whole number: { program: 12 }' });
    const lake = await this.#access.writing();
    const content = typeof rows === 'string' ? (createReadStream(rows) as AsyncIterable<Uint8Array>) : Symbol.asyncIterator in rows ? rows : linesOf(rows);
    const processes = new QueryProcesses();
    try {
      const posted = { table, content, inputs: inputs.map((raw) => dropOfText(lake, String(raw))), program: known?.data ?? null, format: Array.isArray(rows) ? ('ndjson' as const) : format };
      const { version, rows: count } = await insertPosted(lake, posted, { ...workOf(work), processes });
      return { table: version.table, version: version.version, rows: count };
    } finally {
      await processes.close();
    }
  }

  /** Brings the rows of all raw drops that wait into the tables of their contracts. A drop that does not keep to its contract is quarantined. */
  async normalize(options: WorkOptions = {}): Promise<NormalizeReport> {
    const { drops, rows, quarantined, held } = await normalizeWaiting(await this.#access.writing(), { ...workOf(options), states: new DropStates() });
    const [first] = held;
    if (first !== undefined) throw first.error;
    return { drops, rows, quarantined };
  }

  /**
   * Does what a statement says: `REFRESH MATERIALIZED VIEW name`, which makes the rows of a cube anew. What only reads is asked by {@link Lake.query}.
   *
   * @throws {@link HmsError} `USAGE` for every other statement, `CUBE_UNKNOWN`, `CUBE_REFUSED`
   *
   * @example
   * ```ts
   * await records.warehouse.exec('REFRESH MATERIALIZED VIEW car_seatbelt_c_90d');
   * ```
   */
  async exec(sql: string, options: RefreshOptions = {}): Promise<CubeRefresh> {
    const name = refreshedView(sql);
    if (name === null) throw new HmsError('USAGE', 'The one statement that changes something is REFRESH MATERIALIZED VIEW name.', { kept: 'Nothing was changed.', next: 'A SELECT is asked with query().' });
    return new Cubes(this.#access).refresh(name, options);
  }
}

async function* linesOf(rows: readonly Row[]): AsyncGenerator<Uint8Array> {
  for (const row of rows) yield await Promise.resolve(Buffer.from(`${JSON.stringify(row)}\n`));
}
