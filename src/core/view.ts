import type { ContractName, DatasetId, DropId, Instant, KeyId, KeyRole, RootName, Sha256, TableName, Tag, TxnId } from '../contract/index.ts';

export interface KeyRecord {
  readonly id: KeyId;
  readonly role: KeyRole;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** True too for a key that was rotated away. */
  readonly revoked: boolean;
}

/** The tags that `dataset.created` gave for v1, and the entry whose body says so; `tags` is null where that body is not there. */
export interface FirstTags {
  /** Null for an entry of a fork's origin, whose body no entry of this ledger can destroy. */
  readonly seq: number | null;
  readonly tags: readonly Tag[] | null;
}

export interface DatasetRecord {
  readonly id: DatasetId;
  /** Null while no body that says it is there. */
  readonly root: RootName | null;
  /** Number of the newest version, withdrawn or not; 0 = none yet. */
  readonly newest: number;
  /** The entry that created it: `dataset.created`, or its v1. After a fork, a number in the origin's ledger; so too `VersionRecord.seq`. */
  readonly createdSeq: number;
  /** Null where its v1 created it. */
  readonly firstTags: FirstTags | null;
}

export interface VersionRecord {
  readonly version: number;
  /** Hash of the version's inventory; after `version.voided` that of the one put in its place. */
  readonly hash: Sha256;
  /** The entry that committed it. */
  readonly seq: number;
  readonly withdrawn: boolean;
}

export interface TableRecord {
  readonly name: TableName;
  /** Number of the newest version, 1 or more. */
  readonly newest: number;
  /** Hash of the newest version's Delta lines. */
  readonly hash: Sha256;
}

/** What a leaf says of its body: that it has none, one, or one that `body.destroyed` has named. */
export type BodyState = 'none' | 'kept' | 'destroyed';

/** The state of the lake after the first `size` leaves, as far as judging the next one needs it: docs/formats/lake.md section 7. */
export interface LedgerView {
  readonly size: number;
  /** Leaf hash of entry `size` − 1; `ZERO_HASH` at 0. */
  readonly lastLeafHash: Sha256;
  /** `at` of the last entry that counts for the order; null before the first. */
  readonly lastEffectiveAt: Instant | null;
  /** How many keys of role station are not revoked: those that can write. */
  readonly stations: number;
  key(id: KeyId): KeyRecord | null;
  /** The dataset that has this id or alias, by `nameKey`. */
  nameOwner(nameKey: string): DatasetId | null;
  /** By its exact id, letter case included. */
  dataset(id: DatasetId): DatasetRecord | null;
  version(id: DatasetId, version: number): VersionRecord | null;
  /** `unknown`: not known to be there, and a body that could say so is missing or destroyed. */
  hasTag(id: DatasetId, version: number, tag: Tag): boolean | 'unknown';
  /** Whether a raw drop was received, in this ledger or in that of a fork's origin. */
  hasDrop(id: DropId): boolean;
  /** Whether the contract was published in these words. */
  hasContract(name: ContractName, hash: Sha256): boolean;
  contractNamed(name: ContractName): boolean;
  /** SHA-256 of the newest definition of the cube of that name; null where no cube has it. */
  cube(name: TableName): Sha256 | null;
  /** The table or cube that has this name and a version; null where there is none. */
  table(name: TableName): TableRecord | null;
  txnSeen(txn: TxnId): boolean;
  /** Null where there is no such entry, or it cannot be read. */
  entryBody(seq: number): BodyState | null;
  opOf(seq: number): string | null;
}
