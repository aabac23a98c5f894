import type { LakeOptions, VersionName, WorkOptions } from './types.ts';

export interface CreateOptions extends LakeOptions {
  /** Labels of the first version. `phi` keeps the dataset apart, in the lake's `raw/`, and can only be given here. */
  readonly tags?: readonly string[];
}

/** It can be stopped until the version is in the ledger; the draft is kept then. */
export interface CommitOptions extends WorkOptions {
  /** Labels of this version. */
  readonly tags?: readonly string[];
  /** Versions that this one was made from, as `WF-2024-07:v1`; the lineage names them beside the version before. */
  readonly derivedFrom?: readonly string[];
  /** What made it from these, in a few words: `my-tool 1.2`. Without `derivedFrom` it is said to have worked on the newest version. */
  readonly transform?: string;
}

export interface ExportOptions extends WorkOptions {
  /** Which version; the one that the dataset stands on where it is left out. */
  readonly version?: VersionName;
  /** Overwrite a package that is there. */
  readonly replace?: boolean;
}

/** What an export has written. */
export interface Exported {
  /** Bytes of the package. */
  readonly bytes: number;
  /** Number of the version's files, and their bytes. */
  readonly payload: { readonly files: number; readonly octets: number };
}
