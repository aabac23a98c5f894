import { lstat, realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { CancelledError, type LogicalPath } from '../../contract/index.ts';
import { codeOf, type DraftIntake } from '../lake/index.ts';
import { Batches } from './batches.ts';
import { inlineCopier, threadCopier, type Copier } from './copier.ts';
import { ThreadEndedError } from './copy-threads.ts';
import { Filing, type Pending } from './filing.ts';
import * as problems from './problems.ts';
import { copyStream } from './stream.ts';
import { Tally } from './tally.ts';
import type { IntakeDeps, IntakeOptions, IntakeReport, PathSource, Source, StreamSource } from './types.ts';
import { startOf, walk, type Found } from './walk.ts';
import { WriteBack } from './write-back.ts';

/** Files in one order to a thread: enough that the message costs little, few enough that threads end together. */
const ORDER_FILES = 64;
const DEFAULT_MAX_PROBLEMS = 1_000;
const MAX_THREADS = 4;
/** Counting ahead is for those who wait. */
const COUNT_AFTER_MS = 1_000;

/**
 * Copies sources into a draft: each is read once, hashed and copied in the same pass, flushed to the disk and then named in the draft's
 * journal, with a note for every empty folder, link and special file. What the version before already holds with the same bytes is not
 * staged; what an interrupted intake has staged is not copied again. Troubles of a source are problems in the report and do not stop the others.
 *
 * Throws CancelledError after `signal`, saying what is kept; the system's error (ENOSPC, EIO …) where the lake's disk fails; Error where
 * a copying thread dies. In each case what was complete is recorded and kept.
 */
export async function intake(draft: DraftIntake, sources: readonly Source[], deps: IntakeDeps, options: IntakeOptions): Promise<IntakeReport> {
  const threads = deps.workers ?? Math.min(MAX_THREADS, availableParallelism());
  const root = draft.contentFolder;
  const { pieceBytes } = deps;
  const isShare = deps.durable.place.kind === 'share';
  return intakeBy(draft, sources, deps, options, threads, (onBytes) =>
    deps.inline === true
      ? inlineCopier(deps.durable.disk.blocking, root, isShare, onBytes, pieceBytes)
      : threadCopier({ root, isShare, threads, onBytes, ...(pieceBytes === undefined ? {} : { pieceBytes }) }),
  );
}

/** The same with a copier of the caller's. */
export async function intakeBy(
  draft: DraftIntake,
  sources: readonly Source[],
  deps: IntakeDeps,
  options: IntakeOptions,
  threads: number,
  makeCopier: (onBytes: (bytes: number) => void) => Copier,
): Promise<IntakeReport> {
  const run = new Intake(draft, deps, options, threads, makeCopier);
  try {
    return await run.all(sources);
  } finally {
    await run.close();
  }
}

class Intake {
  readonly #draft: DraftIntake;
  readonly #deps: IntakeDeps;
  readonly #signal: AbortSignal;
  readonly #threads: number;
  readonly #tally: Tally;
  readonly #batches: Batches;
  readonly #filing: Filing;
  readonly #writeBack: WriteBack;
  readonly #copier: Copier;
  readonly #running = new Set<Promise<void>>();
  /** Small files for the next order. */
  #order: Pending[] = [];
  /** Large files, each an order of its own. */
  readonly #large: Pending[] = [];
  /** Names taken in, where two sources may bring the same one; else null. */
  #names: Set<string> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #counting: NodeJS.Timeout | null = null;
  #closed = false;
  readonly #stop = (): void => this.#copier.stop();

  constructor(draft: DraftIntake, deps: IntakeDeps, options: IntakeOptions, threads: number, makeCopier: (onBytes: (bytes: number) => void) => Copier) {
    this.#draft = draft;
    this.#deps = deps;
    this.#signal = options.signal;
    this.#threads = threads;
    this.#tally = new Tally(options.maxProblems ?? DEFAULT_MAX_PROBLEMS, deps.clock, options.onProgress);
    this.#batches = new Batches(draft, deps.durable, deps.clock);
    this.#filing = new Filing(draft, this.#batches, this.#tally);
    this.#writeBack = new WriteBack(deps.durable, (error) => this.#fail(error));
    this.#copier = makeCopier((bytes) => this.#progressed(bytes));
    this.#signal.addEventListener('abort', this.#stop);
  }

  get #ended(): boolean {
    return this.#signal.aborted || this.#failure !== null;
  }

  async all(sources: readonly Source[]): Promise<IntakeReport> {
    const lake = await realpath(this.#deps.lake).catch(() => resolve(this.#deps.lake));
    if (mayCollide(sources)) this.#names = new Set();
    // Not waited for: close() ends it.
    if (!this.#ended) void this.#count(sources, lake);
    try {
      for (const source of sources) {
        if (this.#ended) break;
        await (source.kind === 'stream' ? this.#stream(source) : this.#path(source, lake));
      }
      await this.#drain();
    } catch (error) {
      this.#fail(error);
    }
    await Promise.all(this.#running);
    return this.#finish();
  }

  async close(): Promise<void> {
    clearTimeout(this.#counting ?? undefined);
    this.#closed = true;
    this.#signal.removeEventListener('abort', this.#stop);
    await this.#copier.close();
  }

  async #finish(): Promise<IntakeReport> {
    const cancelled = this.#signal.aborted;
    this.#tally.say('Waiting until the disk has written everything', true);
    try {
      await this.#batches.finish();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#failure !== null) throw this.#inWords(this.#failure.error);
    if (cancelled) throw new CancelledError(this.#keptSentence());
    this.#tally.complete();
    return this.#tally.report(this.#batches.kept);
  }

  #keptSentence(): string {
    const kept = this.#batches.kept.files + this.#tally.resumed;
    if (kept === 0) return 'No file was kept in the draft.';
    return `${kept === 1 ? '1 file is' : `${kept.toLocaleString('en-US')} files are`} kept in the draft; put the same files again to go on from there.`;
  }

  /** A system error is handed on as it is: whoever knows the lake puts it into words. */
  #inWords(error: unknown): unknown {
    if (!(error instanceof ThreadEndedError)) return error;
    return new Error(`${error.message} ${this.#keptSentence()}`, { cause: error });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#copier.stop();
  }

  #progressed(bytes: number): void {
    this.#tally.bytes(bytes);
    this.#batches.poll();
    this.#writeBack.progressed(bytes);
  }

  async #count(sources: readonly Source[], lake: string): Promise<void> {
    const streams = sources.filter((source) => source.kind === 'stream').length;
    const places = sources.filter((source) => source.kind === 'path').map((source) => startOf(source).source);
    let files = 0;
    let bytes = 0;
    for (const place of places) {
      const stat = await lstat(place).catch(() => null);
      if (stat?.isDirectory() === true) {
        if (!this.#closed) this.#counting = setTimeout(() => void this.#countAhead(places, lake, streams), COUNT_AFTER_MS);
        return;
      }
      if (stat?.isFile() !== true) continue;
      files++;
      bytes += stat.size;
    }
    this.#tally.total(files + streams, streams > 0 ? null : bytes);
  }

  async #countAhead(places: readonly string[], lake: string, streams: number): Promise<void> {
    const count = await this.#copier.count(places, lake);
    if (count !== null) this.#tally.total(count.files + streams, streams > 0 ? null : count.bytes);
  }

  async #path(source: PathSource, lake: string): Promise<void> {
    for await (const group of walk(source, lake)) {
      if (this.#ended) return;
      for (const found of group) this.#found(found);
      if (this.#order.length >= ORDER_FILES) await this.#send();
    }
  }

  #found(found: Found): void {
    switch (found.kind) {
      case 'file':
        if (this.#isTwice(found.path)) this.#filing.leave(problems.nameTwice(found.source, found.path));
        else this.#order.push(this.#filing.begin(found.source, found.path));
        return;
      case 'emptyFolder':
        this.#tally.emptyFolder(found.path);
        this.#batches.add({ do: 'note', note: 'emptyFolder', path: found.path });
        return;
      case 'symlink':
        this.#tally.symlink(found.path, found.target);
        this.#batches.add({ do: 'note', note: 'symlink', path: found.path, target: found.target });
        return;
      case 'special':
        this.#tally.special(found.path, found.what);
        this.#batches.add({ do: 'note', note: 'special', path: found.path, kind: found.what });
        return;
      case 'problem':
        this.#tally.problem(found.problem);
    }
  }

  #isTwice(path: LogicalPath): boolean {
    if (this.#names === null) return false;
    if (this.#names.has(path)) return true;
    this.#names.add(path);
    return false;
  }

  /** Hands the collected files to the threads; waits while they have enough to do. */
  async #send(): Promise<void> {
    for (let large = this.#large.shift(); large !== undefined; large = this.#large.shift()) await this.#start([large]);
    const order = this.#order;
    this.#order = [];
    if (order.length > 0) await this.#start(order);
  }

  async #drain(): Promise<void> {
    while (!this.#ended && (this.#order.length > 0 || this.#large.length > 0 || this.#running.size > 0)) {
      await this.#send();
      if (this.#running.size > 0) await Promise.race(this.#running);
    }
  }

  async #start(order: readonly Pending[]): Promise<void> {
    await this.#batches.room();
    // One more than there are threads, so that none waits for this one.
    while (this.#running.size > this.#threads) await Promise.race(this.#running);
    if (this.#ended) return;
    const running: Promise<void> = this.#take(order)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #take(order: readonly Pending[]): Promise<void> {
    const jobs = order.map((pending) => this.#filing.jobFor(pending));
    // A large file travels alone.
    const size = order[0]?.size ?? null;
    const content = size === null ? null : (order[0]?.content ?? null);
    const target = content === null ? null : this.#filing.targetOf(content);
    if (target !== null) this.#writeBack.begin(target);
    const { taken, error } = await this.#copier.take(jobs, size);
    if (target !== null) await this.#writeBack.end(target);
    for (const [index, pending] of order.entries()) {
      const answer = taken[index];
      const again = answer === undefined ? null : this.#filing.settle(pending, answer);
      if (again !== null) (again.size === null ? this.#order : this.#large).push(again);
    }
    if (error !== null) this.#fail(error);
  }

  async #stream(source: StreamSource): Promise<void> {
    const { durable } = this.#deps;
    const path = source.as;
    if (this.#isTwice(path)) {
      this.#filing.leave(problems.nameTwice('-', path));
      return;
    }
    const taken = await copyStream(source, this.#draft, durable, this.#signal, (bytes) => this.#progressed(bytes));
    if (taken.kind === 'unreadable') this.#filing.leave(problems.unreadable('-', path, codeOf(taken.error)));
    if (taken.kind !== 'copied') return;
    const isNeeded = this.#filing.arrived(path, { ...taken, mtime: source.mtime }, taken.content);
    if (!isNeeded) await durable.removeFile(taken.target);
  }
}

/** Whether two sources may bring a file of the same name: only then all names are kept in memory. */
function mayCollide(sources: readonly Source[]): boolean {
  const tops = sources.map((source) => (source.kind === 'stream' ? source.as : startOf(source).path).split('/', 1)[0] ?? '');
  return sources.length > 1 && (tops.includes('') || new Set(tops).size < tops.length);
}
