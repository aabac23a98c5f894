import { lstatSync } from 'node:fs';
import type { Sha256 } from '../../contract/index.ts';
import type { BlockingDisk } from './disk.ts';
import { closeSource, copyAndHash, hashSource, openSource, SourceError } from './copy-loop.ts';
import type { Change, Hasher, OpenedSource, Watch } from './copy-loop.ts';

/** One file to take, with all that is known of it beforehand. Structured-cloneable: it goes to a worker thread. */
export interface TakeJob {
  /** Absolute path on disk. */
  readonly source: string;
  /** Copy it there (absolute), or read it only and say whether it has these bytes; null: answer `different` unread where `resume` does not fit. */
  readonly way: { readonly copyTo: string } | { readonly compare: { readonly size: number; readonly sha256: Sha256 } } | null;
  /** An earlier copy that is as good if the source has these bytes and the copy (null: bytes in the object) is there. */
  readonly resume: { readonly copy: string | null; readonly size: number; readonly sha256: Sha256 } | null;
  /** A larger file is answered `large` unread, so that it does not hold up the others of its batch. */
  readonly largest: number;
}

export type Taken =
  | { readonly kind: 'copied'; readonly sha256: Sha256; readonly size: number; readonly mtimeMs: number }
  /** It has the bytes that it was compared with. */
  | { readonly kind: 'same'; readonly size: number; readonly mtimeMs: number }
  | { readonly kind: 'different' }
  | { readonly kind: 'resumed'; readonly size: number; readonly mtimeMs: number }
  | { readonly kind: 'large'; readonly size: number }
  | { readonly kind: 'occupied' | 'blocked' }
  | { readonly kind: 'changed'; readonly how: Change }
  | { readonly kind: 'unreadable'; readonly code: string }
  | { readonly kind: 'refused'; readonly what: 'symlink' | 'folder' | 'special' }
  | { readonly kind: 'stopped' };

export interface TakeTools {
  readonly disk: BlockingDisk;
  /** The draft's content folder; folders of the copies are made below it. */
  readonly root: string;
  readonly hasher: Hasher;
  readonly watch: Watch;
  /** Each copy is flushed before it is closed; else whoever ordered it flushes what was copied. */
  readonly flush: boolean;
}

/** What became of a batch: one answer for each job in order, fewer where an error of the target ended it. */
export interface TakenBatch {
  readonly taken: readonly Taken[];
  readonly error: unknown;
}

/** Takes files one after the other. Troubles of a source are answers; an error of the lake's disk ends the batch. */
export function takeBatch(jobs: readonly TakeJob[], tools: TakeTools): TakenBatch {
  const taken: Taken[] = [];
  for (const job of jobs) {
    if (tools.watch.stopped()) taken.push({ kind: 'stopped' });
    else {
      try {
        taken.push(takeFile(job, tools));
      } catch (error) {
        return { taken, error };
      }
    }
  }
  return { taken, error: null };
}

function takeFile(job: TakeJob, tools: TakeTools): Taken {
  try {
    const source = openSource(job.source);
    if (typeof source === 'string') return { kind: 'refused', what: source };
    try {
      return takeOpened(job, source, tools);
    } finally {
      closeSource(source);
    }
  } catch (error) {
    if (error instanceof SourceError) return { kind: 'unreadable', code: error.code };
    throw error;
  }
}

function takeOpened(job: TakeJob, source: OpenedSource, tools: TakeTools): Taken {
  const { disk, root, hasher, watch, flush } = tools;
  const { size } = source;
  // Whole milliseconds, as the journal keeps them.
  const mtimeMs = Number(source.mtimeNs / 1_000_000n);

  if (job.resume !== null && job.resume.size === size && isThere(job.resume.copy, size)) {
    if (size > job.largest) return { kind: 'large', size };
    // Size and time are not proof enough that it is the same file: it is read, and not copied.
    const result = hashSource(source, hasher, watch);
    if (result.kind !== 'copied') return result;
    if (result.sha256 === job.resume.sha256) return { kind: 'resumed', size, mtimeMs };
    watch.progressed(-size);
  }
  if (job.way === null) return { kind: 'different' };
  if (size > job.largest) return { kind: 'large', size };
  if ('copyTo' in job.way) {
    const result = copyAndHash(disk, source, job.way.copyTo, root, hasher, watch, flush);
    return result.kind === 'copied' ? { ...result, sha256: result.sha256 as Sha256, mtimeMs } : result;
  }
  if (size !== job.way.compare.size) return { kind: 'different' };
  const result = hashSource(source, hasher, watch);
  if (result.kind !== 'copied') return result;
  if (result.sha256 === job.way.compare.sha256) return { kind: 'same', size, mtimeMs };
  // It is read again for the copy.
  watch.progressed(-size);
  return { kind: 'different' };
}

function isThere(copy: string | null, size: number): boolean {
  if (copy === null) return true;
  const stat = lstatSync(copy, { throwIfNoEntry: false });
  return stat !== undefined && stat.isFile() && stat.size === size;
}
