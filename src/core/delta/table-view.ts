import type { Instant, Sha256, TableName, TableOperation, TxnId } from '../../contract/index.ts';
import type { PartitionValues } from './actions.ts';
import type { TableSchema } from './schema.ts';

/** A table as readers of it need it. */

export interface TableVersionDetail {
  readonly table: TableName;
  readonly version: number;
  readonly seq: number;
  readonly at: Instant;
  readonly txn: TxnId;
  /** Whether its entry stands in the lake's own ledger, and not in that of a fork's origin. */
  readonly own: boolean;
  /** Of its Delta lines. */
  readonly hash: Sha256;
  /** What only the body says is null where that is not known. */
  readonly message: string | null;
  readonly operation: TableOperation | null;
  readonly contract: { readonly name: string; readonly sha256: Sha256 } | null;
  readonly added: number | null;
  readonly removed: number | null;
  /** Of the whole version; null where its lines are not known. */
  readonly totals: { readonly files: number; readonly rows: number; readonly bytes: number } | null;
}

export interface TableFile {
  /** As the log writes it. */
  readonly path: string;
  /** The version whose columns it has. */
  readonly schema: number;
  readonly partition: PartitionValues;
  readonly rows: number;
  readonly size: number;
  readonly sha256: Sha256;
}

/** What has to be known of a version to read its rows. */
export type TablePaths = Pick<TableView, 'schema' | 'schemas'> & { readonly files: readonly Pick<TableFile, 'path' | 'schema'>[] };

/** A version of a table with its columns, and the files that may hold rows that are asked for. */
export interface TableView {
  readonly version: TableVersionDetail;
  readonly schema: TableSchema;
  readonly partitionColumns: readonly string[];
  /** Columns under which files of this version were written, by the `schema` of the files. */
  readonly schemas: ReadonlyMap<number, TableSchema>;
  readonly files: readonly TableFile[];
}
