import { instantOf, type Instant, type LogicalPath, type Sha256 } from '../../contract/index.ts';
import type { DraftIntake, StagedFile, TakeJob, Taken } from '../lake/index.ts';
import type { Batches } from './batches.ts';
import { contentFile } from './names.ts';
import * as problems from './problems.ts';
import type { Tally } from './tally.ts';
import type { IntakeProblem } from './types.ts';

/** Files up to this size travel in orders of many and fit in one buffer; a larger one travels alone. */
const SMALL_BYTES = 4 * 1024 * 1024 - 1;
/** Names of the content folder that other processes may take in a row before something else must be wrong. */
const MAX_NAMES = 100;
const FIRST_INSTANT = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** A file on its way into the draft. */
export interface Pending {
  readonly source: string;
  readonly path: LogicalPath;
  /** Content path of the copy, once it is known that one is needed. */
  readonly content: string | null;
  /** Known where the file is too large to travel with others. */
  readonly size: number | null;
  /** Content paths that were tried. */
  readonly names: number;
}

/** What was read, wherever it came from. */
export interface Arrived {
  readonly sha256: Sha256;
  readonly size: number;
  readonly mtime: Instant | null;
}

/** The way of one file: what is asked of a copying thread, and what its answer means for the draft. */
export class Filing {
  readonly #draft: DraftIntake;
  readonly #batches: Batches;
  readonly #tally: Tally;

  constructor(draft: DraftIntake, batches: Batches, tally: Tally) {
    this.#draft = draft;
    this.#batches = batches;
    this.#tally = tally;
  }

  /** A file whose name neither the draft nor its base knows is copied at once; any other is looked at first. */
  begin(source: string, path: LogicalPath): Pending {
    const isNew = this.#draft.base(path) === null && this.#stagedFile(path) === null;
    return { source, path, content: isNew ? this.#draft.assign(path) : null, size: null, names: 1 };
  }

  jobFor(pending: Pending): TakeJob {
    const { source, path, content, size } = pending;
    const largest = size === null ? SMALL_BYTES : Infinity;
    if (content !== null) return { source, way: { copyTo: this.targetOf(content) }, resume: null, largest };
    const base = this.#draft.base(path);
    return { source, way: base === null ? null : { compare: base }, resume: this.#resumeOf(this.#stagedFile(path)), largest };
  }

  targetOf(content: string): string {
    return contentFile(this.#draft.contentFolder, content);
  }

  /** Takes an answer into account. Answers the file again where it has to go once more, else null: it is done with, or was stopped. */
  settle(pending: Pending, taken: Taken): Pending | null {
    const { source, path } = pending;
    switch (taken.kind) {
      case 'copied':
        return this.#stage(path, { ...taken, mtime: instantOrNull(taken.mtimeMs) }, pending.content);
      case 'same':
        return this.#arrivedAsBefore(path, taken.size, instantOrNull(taken.mtimeMs));
      case 'resumed':
        return this.#stagedBefore(path, instantOrNull(taken.mtimeMs));
      case 'large':
        return { ...pending, size: taken.size };
      case 'different':
        return { ...pending, content: this.#draft.assign(path) };
      case 'occupied':
        if (pending.names === MAX_NAMES) throw new Error(`No free name was found in the draft for "${path}".`);
        return { ...pending, content: this.#draft.assign(path), names: pending.names + 1 };
      case 'blocked':
        return this.leave(problems.nameBlocked(source, path));
      case 'changed':
        return this.leave(problems.changed(source, path, taken.how));
      case 'unreadable':
        return this.leave(problems.unreadable(source, path, taken.code));
      case 'refused':
        return this.leave(problems.refused(source, path, taken.what));
      case 'stopped':
        return null;
    }
  }

  /** A stream has been copied. Answers false where the copy is not needed, because the version before holds the same bytes. */
  arrived(path: LogicalPath, file: Arrived, content: string): boolean {
    if (this.#draft.base(path)?.sha256 === file.sha256) {
      this.#arrivedAsBefore(path, file.size, file.mtime);
      return false;
    }
    this.#stage(path, file, content);
    return true;
  }

  leave(problem: IntakeProblem): null {
    this.#tally.problem(problem);
    return this.#done('left');
  }

  /** The bytes are those of the base. Where the draft removes the file, or holds other bytes for it, that is a change all the same: back to the old ones. */
  #arrivedAsBefore(path: LogicalPath, size: number, mtime: Instant | null): null {
    const base = this.#draft.base(path);
    if (base === null || this.#draft.staged(path) === null) return this.#done('unchanged');
    return this.#stage(path, { sha256: base.sha256, size, mtime }, null);
  }

  /** The draft holds these bytes; where the source has another time by now, that is what is kept of it. */
  #stagedBefore(path: LogicalPath, mtime: Instant | null): null {
    const staged = this.#stagedFile(path);
    if (staged !== null && staged.mtime !== mtime) this.#batches.add({ do: this.#draft.base(path) === null ? 'add' : 'replace', path, ...staged, mtime });
    return this.#done('resumed');
  }

  #stage(path: LogicalPath, { sha256, size, mtime }: Arrived, content: string | null): null {
    this.#batches.add({ do: this.#draft.base(path) === null ? 'add' : 'replace', path, sha256, size, mtime, content });
    return this.#done('staged');
  }

  #done(became: Parameters<Tally['done']>[0]): null {
    this.#tally.done(became);
    return null;
  }

  #stagedFile(path: LogicalPath): StagedFile | null {
    const staged = this.#draft.staged(path);
    return staged === 'gone' ? null : staged;
  }

  #resumeOf(staged: StagedFile | null): TakeJob['resume'] {
    if (staged === null) return null;
    return { copy: staged.content === null ? null : this.targetOf(staged.content), size: staged.size, sha256: staged.sha256 };
  }
}

/** Null for times that a year of four digits cannot express: file systems hold stranger ones. */
function instantOrNull(ms: number): Instant | null {
  return ms >= FIRST_INSTANT && ms <= LAST_INSTANT ? instantOf(ms) : null;
}
