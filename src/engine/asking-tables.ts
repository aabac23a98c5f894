import { HmsError, TableName, tableVersionName } from '../contract/index.ts';
import type { Condition, TableVersionDetail } from '../core/index.ts';
import { conditionsFor } from './asked-conditions.ts';
import type { ReadableLake } from './open.ts';
import type { AskedCondition, AskedState, RelationName, Relations, Snapshot } from './query/index.ts';
import { linesUnknown, partsOfView } from './tables/index.ts';

const KEPT = 'Nothing was changed.';
/** Files that are given beyond those that should have enough rows: some rows do not meet the WHERE, and more files cost a quarter of a millisecond each. */
const SPARE_FILES = 64;

/** The lake's own tables in questions, at any of their versions. */
export class WarehouseTables implements Relations {
  readonly #lake: ReadableLake;

  constructor(lake: ReadableLake) {
    this.#lake = lake;
  }

  names(): readonly string[] {
    return this.#lake.catalog.tables.all().map(({ table }) => table);
  }

  find(name: RelationName, state: AskedState, conditions: readonly AskedCondition[] = [], first: number | null = null): Promise<Snapshot | null> {
    const table = name.kind === 'table' ? TableName.safeParse(name.name.toLowerCase()) : null;
    const newest = table?.success === true ? this.#lake.catalog.tables.version(table.data, null) : null;
    return Promise.resolve(newest === null ? null : this.#snapshot(newest, state, conditions, first));
  }

  #snapshot(newest: TableVersionDetail, state: AskedState, asked: readonly AskedCondition[], first: number | null): Snapshot {
    const version = this.#version(newest, state);
    const conditions = conditionsFor(this.#lake.catalog.tables.schema(version) ?? [], asked);
    const most = first === null ? null : filesFor(version, first);
    const { columns, parts } = this.#parts(version, conditions, most);
    const isWhole = most === null || parts.reduce((sum, { files }) => sum + files.length, 0) < most;
    const title = tableVersionName(version.table, version.version);
    return {
      key: `${title}${conditions.length === 0 ? '' : ` where ${JSON.stringify(conditions)}`}${isWhole ? '' : ` first ${most}`}`,
      version: title,
      instant: state.kind === 'version' ? version.at : state.at,
      rows: { kind: 'parts', columns, parts, ...(isWhole ? {} : { whole: () => this.#parts(version, conditions, null).parts }) },
    };
  }

  #parts(version: TableVersionDetail, conditions: readonly Condition[], most: number | null): ReturnType<typeof partsOfView> {
    const found = this.#lake.catalog.tables.paths(version, conditions, most);
    if (found === null) throw linesUnknown(version.table, version.version);
    return partsOfView(this.#lake.paths, version.table, found, found.files);
  }

  #version(newest: TableVersionDetail, state: AskedState): TableVersionDetail {
    const { tables } = this.#lake.catalog;
    const { table } = newest;
    if (state.kind === 'version') {
      const found = tables.version(table, state.version);
      if (found !== null) return found;
      throw new HmsError('VERSION_UNKNOWN', `${table} has no version ${state.version}: the newest is v${newest.version}.`, { kept: KEPT, next: `See them with: hms dta table log ${table}` });
    }
    const found = tables.versionAt(table, state.at);
    if (found !== null) return found;
    const first = tables.version(table, 1);
    throw new HmsError('VERSION_UNKNOWN', `${table} did not exist at ${state.at}: its first version is of ${first?.at ?? 'later'}.`, { kept: KEPT, next: 'Ask for a later instant.' });
  }
}

/** How many files have so many rows, if all are alike; null where that is about all of them. */
function filesFor({ totals }: TableVersionDetail, rows: number): number | null {
  if (totals === null || totals.rows === 0) return null;
  const files = Math.ceil((rows / totals.rows) * totals.files) + SPARE_FILES;
  return files * 2 < totals.files ? files : null;
}
