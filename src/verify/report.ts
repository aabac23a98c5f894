import type { Finding, Instant, OnProgress } from '../contract/index.ts';

/** What is asked for. Nothing here makes the check write: it only reads. */
export interface VerifyOptions {
  /** Stops the check; `verify` then rejects with `CancelledError`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Certificates (PEM or DER) that the person who checks trusts: a signer's own, or one that issued it. */
  readonly trust?: readonly Uint8Array[];
  /** A checkpoint of this lake that was kept elsewhere; the ledger must extend it. */
  readonly seen?: Uint8Array;
  /** Threads that read and hash; 0 does all in the caller's thread. Default: one per core, at least 2 and at most 4. */
  readonly workers?: number;
  /** Does in the caller's thread what is not left to those threads, where that is little: for a program that has nothing else to do. Default: in a thread of its own. */
  readonly inThisThread?: boolean;
}

export interface Checked {
  /** Files of records (content of versions or objects, or payload) that were read and hashed. */
  readonly files: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Ledger entries. */
  readonly entries: number;
  readonly datasets: number;
  readonly versions: number;
  /** OCFL objects, where a storage root or an object was checked. */
  readonly objects?: number;
}

export interface VerifyReport {
  /** What it was taken for, by what it holds. */
  readonly kind: 'lake' | 'package' | 'bag' | 'ocfl-object' | 'ocfl-storage-root';
  /** One or two sentences for people. */
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly checked: Checked;
  /** No finding is an error. */
  readonly clean: boolean;
  /** Of a package only. */
  readonly answers?: PackageAnswers;
}

/** Four questions that are never folded into one green tick. */
export interface PackageAnswers {
  readonly unchanged: { readonly answer: 'yes' | 'no'; readonly sentence: string };
  readonly signedBy: {
    readonly answer: 'station' | 'officer' | 'nobody';
    /** The subject of the certificate, as its signer wrote it. */
    readonly name: string | null;
    /** Hex SHA-256 of the certificate's DER, as other programs show it. */
    readonly fingerprint: string | null;
    readonly sentence: string;
  };
  readonly trusted: { readonly answer: 'yes' | 'no' | 'not asked'; readonly sentence: string };
  readonly when: { readonly at: Instant | null; readonly sentence: string };
}
