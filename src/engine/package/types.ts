import type { Description, Instant, LogicalPath, DatasetId, Sha256, Tag } from '../../contract/index.ts';

/** One file of the version, and where its stored bytes are. */
export interface PackageFile {
  readonly path: LogicalPath;
  readonly sha256: Sha256;
  /** Octets. */
  readonly size: number;
  readonly mtime: Instant | null;
  /** Absolute path of the stored bytes. */
  readonly stored: string;
}

export type SignerKind = 'station' | 'officer';

/** Who signs the package. The private key stays where it is: this asks for a signature. */
export interface PackageSigner {
  readonly kind: SignerKind;
  /** As people read it: the officer's or the workstation's name. */
  readonly name: string;
  readonly certificateDer: Uint8Array;
  /** DER ECDSA P-256 signature over the SHA-256 of the bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A version up to the one that is exported. */
export interface HistoryItem {
  readonly version: number;
  readonly at: Instant;
  readonly message: string;
  /** SHA-256 of its inventory. */
  readonly hash: Sha256;
}

/** A ledger entry about the version or its dataset. */
export interface PackageEvent {
  readonly seq: number;
  readonly at: Instant;
  readonly op: string;
  readonly actor: SignerKind;
}

/**
 * What goes into a package. Everything but `proof`, `signer`, `now`, `program` and `organization` must be as it stood at the commit: a version that is exported twice
 * gives the same records and the same provenance (docs/formats/export.md section 8). History and events after the commit are left out here.
 */
export interface VersionPackageInput {
  readonly dataset: DatasetId;
  readonly version: number;
  /** SHA-256 of the version's inventory. */
  readonly inventoryHash: Sha256;
  /** Absolute path of `vN/inventory.json`. */
  readonly inventoryPath: string;
  readonly root: 'store' | 'raw';
  readonly message: string;
  /** Tags given with the commit. */
  readonly tags: readonly Tag[];
  readonly committedAt: Instant;
  readonly committedBy: { readonly kind: SignerKind; readonly name: string };
  /** The office's IANA time zone. */
  readonly zone: string;
  readonly history: readonly HistoryItem[];
  readonly description: Description | null;
  readonly events: readonly PackageEvent[];
  /** The entry that committed the version: its exact bytes. */
  readonly entry: { readonly seq: number; readonly bytes: Uint8Array };
  /** The text of the entry's `.tlog-proof`. */
  readonly proof: string;
  /** The version's files, each once, in order of `path` (UTF-16 code units). Called several times; gives the same files each time. */
  readonly files: () => AsyncIterable<PackageFile> | Iterable<PackageFile>;
  readonly counts: { readonly files: number; readonly octets: number };
  readonly signer: PackageSigner;
  /** The instant of the export: bagging date and signing time. */
  readonly now: Instant;
  /** `HMS-DTA 1.2.3` */
  readonly program: string;
  /** The office's name for `Source-Organization`. */
  readonly organization?: string;
}

/** Where the package's bytes go. The chunk may be used again once `write` has answered. */
export interface PackageSink {
  write(chunk: Uint8Array): Promise<void>;
}

/** What was written. */
export interface PackageResult {
  /** Size of the zip. */
  readonly bytes: number;
  readonly payload: { readonly files: number; readonly octets: number };
  /** SHA-256 of `tagmanifest-sha256.txt`, the signed file. */
  readonly tagmanifest: Sha256;
}
