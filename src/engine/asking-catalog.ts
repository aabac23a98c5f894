import { HmsError } from '../contract/index.ts';
import type { Instant } from '../contract/index.ts';
import { catalogRelations } from './catalog/index.ts';
import type { CatalogState, RelationColumn, RelationValue } from './catalog/index.ts';
import { draftsOf } from './drafting.ts';
import type { ReadableLake } from './open.ts';
import type { AskedState, RelationName, Relations, Snapshot, WrittenRows } from './query/index.ts';

/** The catalog's own tables in questions: `datasets`, `versions`, `lineage`, `ledger` and so on, as they are and as they were; and the drafts, which have no past. */
export class CatalogTables implements Relations {
  readonly #lake: ReadableLake;

  constructor(lake: ReadableLake) {
    this.#lake = lake;
  }

  names(): readonly string[] {
    return [...Object.keys(catalogRelations), 'drafts'];
  }

  async find(name: RelationName, state: AskedState): Promise<Snapshot | null> {
    if (name.kind !== 'table') return null;
    const table = name.name.toLowerCase();
    if (table === 'drafts') return this.#drafts(state);
    const relation = catalogRelations[table];
    if (relation === undefined || !Object.hasOwn(catalogRelations, table)) return null;
    const { catalog } = this.#lake;
    const found = catalog.stateOf(state.kind === 'version' ? { seq: state.version } : { at: state.at });
    if (found === null) throw this.#noState(table, state);
    const rows = (): Iterable<readonly (readonly RelationValue[])[]> => catalog.relationRows(table, found);
    return {
      key: `${table}@${found.pos}`,
      version: versionOf(found),
      instant: state.kind === 'version' ? found.at : state.at,
      rows: { kind: 'written', write: (file, { write }) => writePlain(relation.columns, rows(), file, write) },
    };
  }

  async #drafts(state: AskedState): Promise<Snapshot> {
    if (state.kind !== 'now') {
      const next = state.kind === 'instant' && !state.isExplicit ? 'Leave the instant of the whole question out, and give it to the other tables.' : 'Leave its FOR SYSTEM_TIME out.';
      throw new HmsError('QUERY_REFUSED', 'drafts is a table of this moment only: what was in a draft is kept nowhere but in the version that it became.', { kept: 'Nothing was changed.', next });
    }
    const rows = (await draftsOf(this.#lake)).map(({ dataset, base, station, osUser, started, txn }): RelationValue[] => [dataset, base === null ? null : `v${base.ver}`, station, osUser, started, txn]);
    const columns = ['ds_id', 'base', 'station', 'account', 'started', 'txn'].map((name): RelationColumn => ({ name, type: 'VARCHAR' }));
    return { key: 'drafts', version: 'now', instant: state.at, rows: { kind: 'written', write: (file, { write }) => writePlain(columns, [rows], file, write) } };
  }

  #noState(table: string, state: AskedState): HmsError {
    if (state.kind === 'version') {
      const { size } = this.#lake.catalog.position();
      return new HmsError('VERSION_UNKNOWN', `${table} has no version ${state.version}: its versions are the numbers of ledger entries, and the newest is ${size - 1}.`, { kept: 'Nothing was changed.', next: 'See them with: hms dta log' });
    }
    const first: Instant | null = this.#lake.catalog.firstAt();
    return new HmsError('VERSION_UNKNOWN', `${table} did not exist at ${state.at}: the first entry of this lake is of ${first ?? 'later'}.`, { kept: 'Nothing was changed.', next: 'Ask for a later instant.' });
  }
}

function versionOf({ seq, pos }: CatalogState): string {
  return seq === null ? `entry ${pos} of the lake that this one was forked from` : `entry ${seq}`;
}

async function writePlain(
  columns: readonly RelationColumn[],
  pages: Iterable<readonly (readonly RelationValue[])[]>,
  file: string,
  write: (file: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<WrittenRows> {
  let longestRow = 0;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const page of pages) {
      const lines = page.map((row) => Buffer.from(`${row.map((value, i) => field(value, columns[i]?.type ?? 'VARCHAR')).join(',')}\n`));
      for (const line of lines) longestRow = Math.max(longestRow, line.length);
      yield Buffer.concat(lines);
      // Others of this process have their turn between pages.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await write(file, bytes());
  return { columns: [...columns], longestRow };
}

function field(value: RelationValue, type: RelationColumn['type']): string {
  if (value === null) return '';
  if (type === 'BOOLEAN') return value === 1 ? 'true' : 'false';
  return typeof value === 'number' ? String(value) : `"${value.replaceAll('"', '""')}"`;
}
