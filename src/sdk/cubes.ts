import { tableVersionName } from '../contract/index.ts';
import { defineCube } from '../engine/cube-defining.ts';
import { refreshCube } from '../engine/cube-refreshing.ts';
import type { Access } from './access.ts';
import { workOf } from './staging.ts';
import type { WorkOptions } from './types.ts';

export interface RefreshOptions extends WorkOptions {
  /** Where the cube's window ends: ISO, or time of the office where it has no offset. Default: now. */
  readonly asOf?: string;
  /** Makes all rows anew, also where a part would do. */
  readonly full?: boolean;
}

/** What a refresh has made. */
export interface CubeRefresh {
  /** The newest version, as `car_seatbelt_c_90d:v3`. */
  readonly version: string;
  /** False where nothing had changed, so that no version was made. */
  readonly isNew: boolean;
  readonly rows: number;
  /** The versions that it was made from, as `car_sensor_tests:v12`. */
  readonly sources: readonly string[];
}

/** Tables whose rows come from SQL over other tables; {@link Lake.cubes}. Their rows are read by {@link Lake.query}. */
export class Cubes {
  readonly #access: Access;

  /** @internal */
  constructor(access: Access) {
    this.#access = access;
  }

  /**
   * Puts the definition of a cube, a YAML document, into the ledger; answers its name.
   *
   * @throws {@link HmsError} `CUBE_INVALID`, `CUBE_REFUSED`, `NAME_TAKEN`, `QUERY_REFUSED`
   */
  async define(yaml: string, options: WorkOptions = {}): Promise<string> {
    return (await defineCube(await this.#access.writing(), Buffer.from(yaml), { signal: workOf(options).signal })).name;
  }

  /**
   * Makes the rows of a cube anew from the newest rows of its tables, as its next version.
   *
   * @throws {@link HmsError} `CUBE_UNKNOWN`, `CUBE_REFUSED`, `QUERY_STOPPED`
   */
  async refresh(name: string, { asOf, full = false, ...work }: RefreshOptions = {}): Promise<CubeRefresh> {
    const refreshed = await refreshCube(await this.#access.writing(), name, { ...workOf(work), full, asOf: asOf ?? null });
    const { version, isNew, rows, sources } = refreshed;
    return { version: tableVersionName(version.table, version.version), isNew, rows, sources: sources.map((source) => tableVersionName(source.name, source.version)) };
  }
}
