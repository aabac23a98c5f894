import type { TableName, TableOperation } from '../../contract/index.ts';
import type { Condition, DomainMetadata, MetaData, PartitionValues, Snapshot, TableFile, TableSchema, TableVersionDetail, TableView } from '../../core/index.ts';
import type { Ledger, LedgerSigner } from '../lake/index.ts';

/** What the local index knows of tables; the catalog answers it. */
export interface TableIndex {
  /** The newest where `version` is null. */
  version(name: TableName, version: number | null): TableVersionDetail | null;
  view(version: TableVersionDetail, conditions: readonly Condition[]): TableView | null;
  snapshot(version: TableVersionDetail): Snapshot | null;
  description(version: TableVersionDetail): { readonly metaData: MetaData; readonly domains: readonly DomainMetadata[] } | null;
  /** A data file by its path in the log; `until` is above every version while it is in the newest. */
  file(name: TableName, path: string): (TableFile & { readonly until: number }) | null;
  unplaced(): readonly TableVersionDetail[];
}

/** Who reads tables: the ledger of the lake, and its index. */
export interface TableShelf {
  readonly ledger: Ledger;
  readonly tables: TableIndex;
  /** This version, and all before it, stand where they belong. */
  markPlaced(name: TableName, version: number): Promise<void>;
}

export interface TableDesk extends TableShelf {
  readonly signer: LedgerSigner;
}

/** A Parquet file to come into a table. */
export interface NewPart {
  bytes(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly rows: number;
  /** A value for each partition column, as the log writes it (`partitionText`). */
  readonly partition: PartitionValues;
  /** `statsText`; null for none. */
  readonly stats: string | null;
}

/** What a table is to be: all of it, where it is new; where it is there, its columns and perhaps new ones behind them. */
export interface TableDefinition {
  readonly schema: TableSchema;
  readonly partitionBy: readonly string[];
  readonly description?: string;
  /** SQL conditions by name, which every row meets: `delta.constraints.*`. The caller has checked the rows. */
  readonly constraints?: Readonly<Record<string, string>>;
  /** Facts that the table carries for other programs of this lake, by domain (`hms.contract`), each as JSON text. */
  readonly domains?: Readonly<Record<string, string>>;
}

export interface TableChange {
  readonly name: TableName;
  /** Left out: as it is. */
  readonly definition?: TableDefinition;
  readonly parts: AsyncIterable<NewPart> | Iterable<NewPart>;
  /** Files that are taken out, by their paths in the log: compaction writes their rows anew. */
  readonly removes?: readonly string[];
  /** Default: what the change does by itself. */
  readonly operation?: TableOperation;
  readonly contract?: { readonly name: TableName; readonly sha256: string };
  /** A version is made where nothing changes too: its entry says of which sources no row came. */
  readonly mayBeEmpty?: boolean;
}
