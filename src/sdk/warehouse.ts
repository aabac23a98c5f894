import { HmsError } from '../contract/index.ts';
import { refreshedView } from '../engine/query/index.ts';
import type { Access } from './access.ts';
import { Cubes } from './cubes.ts';
import type { CubeRefresh, RefreshOptions } from './cubes.ts';

/** Tables and cubes of a lake; {@link Lake.warehouse}. */
export class Warehouse {
  readonly #access: Access;

  /** @internal */
  constructor(access: Access) {
    this.#access = access;
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
