import type { OnProgress } from '../contract/index.ts';
import type { Lake } from './lake.ts';

/** Which lake a call means. */
export interface LakeOptions {
  /** The lake's folder, or one that is open already. Where it is left out, `HMS_LAKE` is read at the call. */
  readonly lake?: string | Lake;
  /** Folder of this account for keys and catalogs. Where it is left out, `HMS_PROFILE` is read at the call, else the system's place for such data is taken. */
  readonly profile?: string;
}

/** For work that may take long. */
export interface WorkOptions {
  /** Asks to stop; the call then rejects with {@link CancelledError}, which says what was kept. */
  readonly signal?: AbortSignal;
  /** Told how far the work is, some times a second. */
  readonly onProgress?: OnProgress;
}

/**
 * Which version of a dataset: its number (`2` or `'v2'`), a tag (`'clean'`, the newest version that has it), or a whole reference
 * (`'WF-2024-07:v2'`, `'WF-2024-07@2024-07-30T23:59:59Z'`).
 */
export type VersionName = number | string;

/** Where a version comes from that was made elsewhere, in the words that stand there. */
export interface Imported {
  /** A version of an OCFL object, or a bag. */
  readonly form: 'ocfl' | 'bag';
  /** The version of that standard: `1.1`, `0.97`. */
  readonly spec: string;
  /** Name of the folder or file that was imported. */
  readonly name: string;
  /** The object's id, or the bag's External-Identifier. */
  readonly id: string | null;
  /** Of an object: the name of this version there. */
  readonly version: string | null;
  /** The file that sealed it there, and its digest. */
  readonly seal: { readonly file: string; readonly algorithm: string; readonly digest: string } | null;
  /** When it was made there. */
  readonly created: string | null;
  /** Who made it there. */
  readonly user: { readonly name: string; readonly address: string | null } | null;
  /** What lay beside it and was not taken. */
  readonly left?: readonly string[];
  /** Of a bag: the lines of bag-info.txt, as label and value. */
  readonly info?: readonly (readonly [label: string, value: string])[];
  /** Of a bag: the folder of the version that holds its tag files. */
  readonly tagFiles?: string;
}

/** How a version was made. */
export interface Lineage {
  /** The versions that it was made from, as `WF-2024-07:v1`. */
  readonly from: readonly string[];
  /** What the transform was asked for. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The program that did it, with its version. */
  readonly engine?: string;
  /** What it did, such as rows and replacements. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** One version: a snapshot that never changes. What only a destroyed body said is `null`. */
export interface Version {
  /** `WF-2024-07:v1` */
  readonly id: string;
  readonly dataset: string;
  readonly number: number;
  /** When it was committed: an ISO 8601 instant in UTC. */
  readonly at: string;
  /** SHA-256 of its OCFL inventory, which names every file with its hash: this is the version's own hash. */
  readonly hash: string;
  readonly message: string | null;
  /** Sorted. */
  readonly tags: readonly string[];
  /** Number of its files; `null` where they cannot be told. */
  readonly files: number | null;
  /** Their bytes. */
  readonly bytes: number | null;
  /** What it was made from: the version before and the sources that were named, as `WF-2024-07:v1`. */
  readonly derivedFrom: readonly string[];
  /** The step that made it: `csv_trim`, or a program's own words. */
  readonly transform: string | null;
  /** How it was made, where a transform or a program has said so. */
  readonly lineage: Lineage | null;
  /** Where it comes from, when and by whom it was made there, if it was imported. */
  readonly imported: Imported | null;
  readonly withdrawn: { readonly at: string; readonly reason: string | null } | null;
  /** Set where its files were lost and given up. */
  readonly voided: { readonly at: string; readonly reason: string | null } | null;
  /** Number of the ledger entry that committed it. */
  readonly entry: number;
}

/** One file of a version. */
export interface FileInfo {
  /** Its exact name, `/` between parts. */
  readonly name: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last changed, as its source's file system said: an ISO 8601 instant in UTC, or `null`. */
  readonly mtime: string | null;
}

/** What became of a file that was put. */
export interface PutResult {
  /** The name that it has in the dataset. */
  readonly name: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** `staged`: copied into the draft. `resumed`: the draft held the same bytes already. `unchanged`: the newest version has the same bytes under this name. */
  readonly outcome: 'staged' | 'resumed' | 'unchanged';
}

/** What became of a folder that was put. */
export interface PutFolderResult {
  /** Files copied into the draft, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Files that the newest version has with the same bytes. */
  readonly unchanged: number;
  /** Files that the draft held already. */
  readonly resumed: number;
  /** What by rule is no file of a dataset; each is noted in the version. Lists are cut at 1,000, the counts are whole. */
  readonly notes: {
    readonly emptyFolders: readonly string[];
    readonly symlinks: readonly { readonly path: string; readonly target: string }[];
    readonly special: readonly { readonly path: string; readonly kind: string }[];
    readonly counts: { readonly emptyFolders: number; readonly symlinks: number; readonly special: number };
  };
}

/** One difference between two versions, seen from the first to the second. */
export type Difference =
  | { readonly kind: 'added' | 'removed'; readonly name: string; readonly sha256: string; readonly size: number }
  | { readonly kind: 'replaced'; readonly name: string; readonly sha256: string; readonly size: number; readonly before: { readonly sha256: string; readonly size: number } }
  | { readonly kind: 'renamed'; readonly name: string; readonly from: string; readonly sha256: string; readonly size: number };

/** The open list of changes to a dataset, of this account on this computer. */
export interface DraftInfo {
  /** ISO 8601 instant in UTC. */
  readonly started: string;
  /** Files that it adds, replaces, removes or renames. */
  readonly changes: number;
  /** The version that it was begun on; `null` where there was none. */
  readonly base: string | null;
}

/** Dublin Core names (`title`, `creator`, `description`, `date`, `rights` …) and their texts. */
export type Description = Readonly<Record<string, string>>;
