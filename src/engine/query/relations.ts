import type { Instant } from '../../contract/index.ts';
import type { PartsColumn, TablePart } from '../../core/index.ts';
import type { AskedCondition, PlainColumn } from './protocol.ts';

/** Where the tables of questions come from. Each kind of table (the catalog, files of datasets, Delta tables, cubes) is one provider of this. */

/** What a question names: a table, or `dataset(…)` with its arguments. */
export type RelationName = { readonly kind: 'table'; readonly name: string } | { readonly kind: 'dataset'; readonly arguments: readonly string[] };

/** The state that is asked for. `now` carries the instant of the question, so that all its tables are of one moment. */
export type AskedState =
  | { readonly kind: 'now'; readonly at: Instant }
  | { readonly kind: 'instant'; readonly at: Instant; /** Whether the text says it; else it is the default of the question. */ readonly isExplicit: boolean }
  | { readonly kind: 'version'; readonly version: number };

export interface Relations {
  /**
   * Null where it has no table of that name, whatever the state. Rows that do not meet the conditions may be left out; where any `first` of those that meet them are enough, so may be others,
   * with a way to all of them. Throws HmsError where it has one and not in that state: before its first version, withdrawn.
   */
  find(name: RelationName, state: AskedState, conditions?: readonly AskedCondition[], first?: number | null): Promise<Snapshot | null>;
  /** Names of its tables, for "is … meant?". */
  names(): readonly string[];
}

/** One table in one state. */
export interface Snapshot {
  /** The same for the same content, so that it is made once: `versions@41`. */
  readonly key: string;
  /** As the header of a result shows them: `WF-2024-07:v1`, and the instant that was asked for, or at which that version came to be. */
  readonly version: string;
  readonly instant: Instant;
  readonly rows: SnapshotRows;
}

export type SnapshotRows =
  /** Parquet files that are in place, never to change. `whole`: where `parts` are the first of them, the parts of all. */
  | { readonly kind: 'parts'; readonly columns: readonly PartsColumn[]; readonly parts: readonly TablePart[]; readonly whole?: () => readonly TablePart[] }
  /** One Parquet file with the types that it has; `check` throws where its bytes are not those that were committed. */
  | { readonly kind: 'parquet'; readonly file: string; readonly check: (work: SnapshotWork) => Promise<void> }
  /** Something that is written out as a plain table first (transforms/plain-table.ts says its form). */
  | { readonly kind: 'written'; readonly write: (file: string, work: SnapshotWork) => Promise<WrittenRows> };

export interface WrittenRows {
  readonly columns: readonly PlainColumn[];
  /** Bytes. */
  readonly longestRow: number;
}

export interface SnapshotWork {
  readonly signal: AbortSignal;
  readonly write: (file: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
}
