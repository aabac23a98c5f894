import type { Ring, TakeJob, Taken } from '../lake/durable-copy.ts';
import type { Count } from './count.ts';

/** What an intake tells a copying thread with each order: one thread works for one intake after another. */
export interface CopySetup {
  /** The draft's content folder. */
  readonly root: string;
  /** Int32, one element: not 0 asks every thread to give up at the next piece. */
  readonly stop: SharedArrayBuffer;
  /** Bytes that are read at a time; null: as many as is fastest. */
  readonly pieceBytes: number | null;
  /** The copies go to a share: they are flushed by the thread, before it answers. */
  readonly isShare: boolean;
}

/** Orders to a copying thread; each is answered before the next is sent. */
export type CopyOrder = { readonly setup: CopySetup } & (
  /** With a ring, there is one job, and another thread hashes. */
  | { readonly do: 'take'; readonly jobs: readonly TakeJob[]; readonly ring: Ring | null }
  | { readonly do: 'hash'; readonly ring: Ring }
  | { readonly do: 'count'; readonly places: readonly string[]; readonly lake: string }
);

export type CopyAnswer =
  /** So many bytes more; at most every 100 ms, and sent from the middle of a file too. */
  | { readonly is: 'progress'; readonly bytes: number }
  | { readonly is: 'taken'; readonly bytes: number; readonly taken: readonly Taken[]; readonly error: SystemErrorFacts | null }
  | { readonly is: 'hashed' }
  /** Null: stopped before the end. */
  | { readonly is: 'counted'; readonly count: Count | null };

/** A system error without its class: structured clone drops `code` and `path`. */
export interface SystemErrorFacts {
  readonly message: string;
  readonly code?: string;
  readonly errno?: number;
  readonly syscall?: string;
  readonly path?: string;
}
