import { lstat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { HmsError, parseLooseInstant } from '../contract/index.ts';
import type { DatasetId, Instant, LogicalPath } from '../contract/index.ts';
import { holdDraft, putInto, removeFrom, renameIn } from '../engine/drafting.ts';
import type { HeldDraft } from '../engine/drafting.ts';
import type { IntakeReport, Source } from '../engine/ingest/index.ts';
import { ifMissing } from '../engine/lake/index.ts';
import { logicalPathOf } from '../engine/names.ts';
import type { WritableLake } from '../engine/open.ts';
import type { Access } from './access.ts';
import type { PutFolderResult, PutResult, WorkOptions } from './types.ts';

export interface PutFileOptions extends WorkOptions {
  /** The name that the file gets in the dataset, `/` between parts. Its own name where it is left out. */
  readonly as?: string;
  /**
   * Bytes that are read at a time, 4 KiB to 1 GiB; progress is told and a stop is looked for between two reads. Left out, it is 4 MiB, and a file of
   * 64 MiB or more is hashed in a second thread while the first copies, which is the fastest way on a local disk. With `chunk`, one thread does both.
   */
  readonly chunk?: number;
}

export interface PutFolderOptions extends WorkOptions {
  /** The name that the folder gets. Its own name where it is left out; a path that ends in `/.` brings its files without a folder. */
  readonly as?: string;
}

export interface PutStreamOptions extends WorkOptions {
  /** When the content was last changed, as an instant with its zone, or a `Date`. */
  readonly mtime?: string | Date;
}

/** What a stream may give: bytes, or text that is stored as UTF-8. Node's streams and the web's both fit. */
export type ByteSource = Uint8Array | Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

/** From this size on a file is copied in a thread of its own; starting one takes as long as copying a smaller one. */
const THREAD_FROM_BYTES = 1 << 20;

/** The draft of one dataset as one program works on it: opened at the first change, kept open over any number of them, one change at a time. */
export class Staging {
  readonly #access: Access;
  readonly #dataset: DatasetId;
  #held: HeldDraft | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(access: Access, dataset: DatasetId) {
    this.#access = access;
    this.#dataset = dataset;
  }

  async putFile(path: string, options: PutFileOptions): Promise<PutResult> {
    const name = logicalPathOf(options.as ?? basename(resolve(path)));
    const { chunk } = options;
    if (chunk !== undefined && !(Number.isInteger(chunk) && chunk >= 4096 && chunk <= 2 ** 30)) {
      throw new HmsError('USAGE', `${chunk} is not a number of bytes to read at a time.`, { kept: 'Nothing was put.', next: 'Give a whole number from 4096 to 1073741824, such as 8 * 1024 * 1024.' });
    }
    const stats = await lstat(path).catch(ifMissing(null));
    if (stats?.isDirectory() === true) {
      throw new HmsError('SOURCE_REFUSED', `"${path}" is a folder.`, { kept: 'Nothing was put.', next: 'Put it with putFolder(path).' });
    }
    const inline = stats !== null && stats.size < THREAD_FROM_BYTES;
    return this.#one(name, { kind: 'path', path: resolve(path), as: name }, options, { inline, ...(chunk === undefined ? {} : { pieceBytes: chunk }) });
  }

  putStream(name: string, bytes: ByteSource, options: PutStreamOptions): Promise<PutResult> {
    const as = logicalPathOf(name);
    const taken: { failed: unknown } = { failed: undefined };
    const source: Source = { kind: 'stream', stream: piecesOf(bytes, taken), as, mtime: mtimeOf(options.mtime) };
    return this.#one(as, source, options, { inline: true }).catch((error: unknown) => {
      // What the stream itself failed with says more than that it failed.
      if (!(error instanceof HmsError) || taken.failed === undefined) throw error;
      const { code, message, kept, next, facts } = error;
      throw new HmsError(code, message, { ...(kept === undefined ? {} : { kept }), ...(next === undefined ? {} : { next }), facts, cause: taken.failed });
    });
  }

  async putFolder(path: string, options: PutFolderOptions): Promise<PutFolderResult> {
    const as = options.as === undefined ? {} : { as: logicalPathOf(options.as) };
    const report = await this.work((lake, { draft }) => putInto(lake, draft, [{ kind: 'path', path, ...as }], workOf(options)));
    refuseProblems(report);
    const { files, bytes, unchanged, resumed, notes } = report;
    return { files, bytes, unchanged, resumed, notes };
  }

  remove(names: readonly string[]): Promise<number> {
    const paths = names.map(logicalPathOf);
    return this.work((lake, { draft }) => removeFrom(lake, draft, paths));
  }

  rename(from: string, to: string): Promise<void> {
    const [before, after] = [logicalPathOf(from), logicalPathOf(to)];
    return this.work((lake, { draft }) => renameIn(lake, draft, before, after));
  }

  /** Lets go of the draft, so that it can be committed or discarded, and then does `work`. Nothing is staged meanwhile. */
  withoutDraft<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => {
      this.#release();
      return work();
    });
  }

  /** Does something to the draft. Changes wait for one another: each sees what those before it did. */
  work<T>(step: (lake: WritableLake, held: HeldDraft) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const lake = await this.#access.writing();
      this.#held ??= await holdDraft(lake, this.#dataset);
      return step(lake, this.#held);
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => Promise.resolve(this.#release()));
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    // The next one begins whether this one succeeds or not; its error goes to its own caller.
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #release(): void {
    this.#held?.release();
    this.#held = null;
  }

  #one(name: LogicalPath, source: Source, options: WorkOptions, how: { readonly inline: boolean; readonly pieceBytes?: number }): Promise<PutResult> {
    return this.work(async (lake, { draft }) => {
      const report = await putInto(lake, draft, [source], { ...workOf(options), ...how });
      refuseProblems(report);
      const file = draft.current(name);
      if (file === null) throw new Error(`The draft does not have "${name}" after it was put.`);
      const outcome = report.files > 0 ? 'staged' : report.resumed > 0 ? 'resumed' : 'unchanged';
      return { name, sha256: file.sha256, size: file.size, outcome };
    });
  }
}

/** The options of long work with what the engine always wants. */
export function workOf({ signal, onProgress }: WorkOptions): { readonly signal: AbortSignal; readonly onProgress: NonNullable<WorkOptions['onProgress']> } {
  return { signal: signal ?? new AbortController().signal, onProgress: onProgress ?? (() => undefined) };
}

function refuseProblems({ problems, problemCount, files, resumed }: IntakeReport): void {
  const [first] = problems;
  if (first === undefined) return;
  const kept = files + resumed === 0 ? 'Nothing was put.' : `The others are in the draft: ${files + resumed} files.`;
  if (problemCount === 1) throw new HmsError(first.code, first.message, { kept, facts: { problems, problemCount } });
  const code = problems.map((problem) => problem.code).find((found) => found !== 'NAME_INVALID') ?? 'SOURCE_REFUSED';
  throw new HmsError(code, `${problemCount} files or folders were not taken; the first: ${first.message}`, {
    kept,
    next: 'Each of them stands in facts.problems. Put right what it says and put the folder again: what is staged is not copied again.',
    facts: { problems, problemCount },
  });
}

function mtimeOf(mtime: string | Date | undefined): Instant | null {
  if (mtime === undefined) return null;
  const text = mtime instanceof Date && !Number.isNaN(mtime.getTime()) ? mtime.toISOString() : String(mtime);
  const instant = parseLooseInstant(text);
  if (instant !== null) return instant;
  throw new HmsError('USAGE', `"${text}" is not an instant.`, { kept: 'Nothing was put.', next: "Give a Date, or a text with its zone such as '2024-07-04T12:00:00Z'." });
}

async function* piecesOf(bytes: ByteSource, taken: { failed: unknown }): AsyncGenerator<Uint8Array> {
  if (typeof bytes === 'string') throw (taken.failed = new TypeError('A text is not a stream; put a file with putFile(path), or give the bytes: Buffer.from(text).'));
  try {
    const pieces: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string> = bytes instanceof Uint8Array ? [bytes] : bytes;
    for await (const piece of pieces) {
      if (typeof piece === 'string') yield Buffer.from(piece, 'utf8');
      else if (piece instanceof Uint8Array) yield piece;
      else throw new TypeError(`A stream of records gives bytes or text, and this one gave ${piece === null ? 'null' : typeof piece}.`);
    }
  } catch (error) {
    taken.failed = error;
    throw error;
  }
}
