import type { Description, Instant, KeyId, LogicalPath, DatasetId, Sha256, Tag } from '../../contract/index.ts';

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
  /** DER of the certificates between the signer's and a root, each the issuer of the one before; none where the signer's is self-signed or issued by a root. */
  readonly chain?: readonly Uint8Array[];
  /** DER ECDSA P-256 signature, or PKCS#1 v1.5 signature of an RSA key, over the SHA-256 of the bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A version up to the one that is exported. */
export interface HistoryItem {
  readonly version: number;
  readonly at: Instant;
  readonly message: string;
  /** SHA-256 of its inventory. */
  readonly hash: Sha256;
  /** The entry that committed it, and who did. Absent where that is not known. */
  readonly commit?: { readonly seq: number; readonly key: KeyId; readonly kind: SignerKind; readonly name: string };
}

/** What a version was made from, as its commit says. */
export interface Lineage {
  /** Name of the transform, `csv_trim`; null where the commit names none. */
  readonly transform: string | null;
  /** `WF-2024-07:v1`; never the version before it in the dataset unless a transform read that. */
  readonly sources: readonly string[];
  /** The programs that ran it, with their versions. */
  readonly engine?: string;
}

/** A ledger entry about the version or its dataset. */
export interface PackageEvent {
  readonly seq: number;
  readonly at: Instant;
  readonly op: string;
  readonly actor: SignerKind;
  /** What it is about; empty where that is not known. */
  readonly subject?: string;
  /** `derived from WF-2024-07:v1 by csv_trim`; empty for most. */
  readonly detail?: string;
}

/**
 * One version, as it stood at its commit: a version that is exported twice gives the same records and the same provenance (docs/formats/export.md
 * section 8). `proof` and `describedNow` alone may differ. History and events after the commit are left out here.
 */
export interface VersionContent {
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
  readonly lineage?: Lineage;
  readonly description: Description | null;
  /** The description at the time of the export, for the lists of section 4.1; the one at the commit where it is left out. */
  readonly describedNow?: Description | null;
  readonly events: readonly PackageEvent[];
  /** The entry that committed the version: its exact bytes. */
  readonly entry: { readonly seq: number; readonly bytes: Uint8Array };
  /** The text of the entry's `.tlog-proof`. */
  readonly proof: string;
  /** The files that are packed, each once, in order of `path` (UTF-16 code units). Called several times; gives the same files each time. */
  readonly files: () => AsyncIterable<PackageFile> | Iterable<PackageFile>;
  /** Of the files that are packed. */
  readonly counts: Counts;
  /** Of the whole version, where only files that match a pattern are packed. */
  readonly whole?: Counts;
}

export interface Counts {
  readonly files: number;
  readonly octets: number;
}

/** Who makes the package, and when. */
export interface PackageFrame {
  readonly signer: PackageSigner;
  /** The instant of the export: bagging date and signing time. */
  readonly now: Instant;
  /** `HMS-DTA 1.2.3` */
  readonly program: string;
  /** The office's name for `Source-Organization`. */
  readonly organization?: string;
  /** The patterns of a selection; absent where whole versions are packed. */
  readonly patterns?: readonly string[];
  /** The store is on a disk of this computer: a small file is read at once. Elsewhere, where each takes a round trip, many are asked for at the same time. */
  readonly near?: boolean;
}

/** What goes into a package. Each version once, at least one. */
export interface PackageInput extends PackageFrame {
  readonly versions: readonly VersionContent[];
}

/** A package of one version. */
export type VersionPackageInput = VersionContent & PackageFrame;

/** Where the package's bytes go. The chunk may be used again once `write` has answered. */
export interface PackageSink {
  write(chunk: Uint8Array): Promise<void>;
}

/**
 * Takes the files of a package, one after another; each call is awaited before the next. Names are relative to the bag's folder, `/` between segments, each
 * once and portable.
 */
export interface PackageWriter {
  /** A folder that would not be there for want of files. */
  addFolder(name: string): Promise<void>;
  /** A file whose bytes are all there. */
  add(name: string, bytes: Uint8Array): Promise<void>;
  /** A file in pieces. `crc` is the check sum of all bytes where it is known beforehand. A chunk may be used again by its source once the next is asked for. */
  addStream(name: string, announced: { readonly size: number; readonly crc: number | null }, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** All is written. Answers the octets of the whole package. */
  finish(): Promise<number>;
  /** Waits until nothing is written any more; after an error, before the place is given up. */
  settle(): Promise<void>;
}

/** What was written. */
export interface PackageResult {
  /** Size of the zip, or of all files of the folder. */
  readonly bytes: number;
  readonly payload: Counts;
  /** SHA-256 of `tagmanifest-sha256.txt`, the signed file. */
  readonly tagmanifest: Sha256;
}
