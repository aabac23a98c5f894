import { CancelledError, instantOf } from '../../contract/index.ts';
import type { Job, JobKind, JobResult, Problem } from '../../contract/api/index.ts';
import type { Clock } from '../clock.ts';
import { cancelled, cutOff, refused } from './ended.ts';
import type { Again, JobFile, Kept } from './job-file.ts';
import { isAtWork, nothingDone, Running } from './running.ts';
import type { JobSpec } from './running.ts';
import { Turns } from './turns.ts';

/** Ended jobs that are kept. */
const KEPT = 200;
/** Not more than 5 events a second of one job. */
const TELL_EVERY_MS = 200;

/** Work that reads much with threads and memory of its own; so many of it go on at once, whatever is begun. */
const heavy: ReadonlySet<JobKind> = new Set(['verification', 'export', 'transform', 'import', 'publication']);
const HEAVY_AT_ONCE = 2;

export interface JobsWorld {
  readonly clock: Clock;
  /** Null: the list ends with the program. */
  readonly file: JobFile | null;
  readonly tell: (event: { readonly type: 'job'; readonly job: Job } | { readonly type: 'job-gone'; readonly id: string }) => void;
  readonly problemOf: (error: unknown) => Problem;
  /** How to go on with what another run of the program began. */
  readonly specAgain: (job: Job, again: Extract<Again, { do: 'takePaths' }>) => JobSpec;
  /** Why the lake that a job works on cannot be worked on at this moment, where it does not answer; `kept` is what the job has kept. Else null. */
  readonly whyAway: (lake: string, kept?: string) => Promise<unknown>;
  readonly log: (words: string, error?: unknown) => void;
}

/** Lasting work: a list of it, told as it goes on. */
export class Jobs {
  readonly #world: JobsWorld;
  readonly #all = new Map<string, Running>();
  readonly #turns = new Turns(HEAVY_AT_ONCE);
  readonly #told = new Map<string, { at: number; timer: NodeJS.Timeout | null }>();

  private constructor(world: JobsWorld) {
    this.#world = world;
  }

  /** With the jobs of earlier runs. Those that were at work are shown as failed; an intake of uploads rests until its files are sent again. */
  static async open(world: JobsWorld): Promise<Jobs> {
    const jobs = new Jobs(world);
    for (const { job, again } of (await world.file?.read()) ?? []) jobs.#takeOver(job, again);
    return jobs;
  }

  /** Newest first. */
  list(): Job[] {
    return [...this.#all.values()].map(({ job }) => job).reverse();
  }

  get(id: string): Job | null {
    return this.#all.get(id)?.job ?? null;
  }

  /** Jobs that work on a lake and have not ended; paused ones count, because they hold nothing and yet mean to go on there. */
  atWorkOn(lake: string): Job[] {
    return this.list().filter((job) => job.lake === lake && isAtWork(job) && job.state !== 'paused');
  }

  /** Begins work and answers at once. JOB_REFUSED where another of the same key is at work. */
  begin(spec: JobSpec): Job {
    this.#refuseSecond(spec, null);
    const id = this.#world.clock.uuid();
    const job: Job = { id, kind: spec.kind, title: spec.title, lake: spec.lake, subject: spec.subject, state: 'waiting', started: instantOf(this.#world.clock.now()), ended: null, progress: nothingDone, can: ['cancel'], result: null, problem: null };
    const running = new Running(job, spec, spec.again ?? null, this.#world.clock);
    this.#all.set(id, running);
    this.#start(running, spec);
    this.#forgetOldest();
    return running.job;
  }

  /** Stops one that is at work: answered when it has stopped. Takes one that has ended off the list. */
  async cancel(id: string): Promise<Job | null> {
    const running = this.#all.get(id);
    if (running === undefined) return null;
    if (running.job.state === 'paused' || running.isHeld) {
      // Ended before anything is waited for, so that nobody lets it go on meanwhile.
      running.ends('cancelled', null, cancelled('What was staged is kept in the draft.'));
      this.#tellNow(running);
      this.#keep();
      await this.#over(running);
      return running.job;
    }
    if (isAtWork(running.job)) {
      running.wish = 'cancel';
      running.stop?.abort();
      await running.ended;
      return running.job;
    }
    this.#remove(id);
    this.#keep();
    return running.job;
  }

  async pause(id: string): Promise<Job | null> {
    const running = this.#all.get(id);
    if (running === undefined) return null;
    if (!running.job.can.includes('pause') || running.wish === 'cancel') throw refused(`${running.job.title}: this cannot be paused now.`);
    running.wish = 'pause';
    running.stop?.abort();
    await running.ended;
    return running.job;
  }

  resume(id: string): Job | null {
    const running = this.#all.get(id);
    if (running === undefined) return null;
    if (running.waitsForFiles) throw refused(`${running.job.title}: this goes on when its files are sent again.`, 'Begin the intake again: files that are staged are not asked for.');
    if (!running.job.can.includes('resume')) throw refused(`${running.job.title}: this is not paused.`);
    const spec = running.spec ?? (running.again?.do === 'takePaths' ? this.#world.specAgain(running.job, running.again) : null);
    if (spec === null) throw refused(`${running.job.title}: this cannot go on.`);
    return this.#goOn(running, spec);
  }

  /** Lets an intake of the dataset go on that another run of the program received, now that its files are sent again; null where none waits for them, or `spec` receives none. */
  receiveAgain(spec: JobSpec): Job | null {
    if (spec.again?.do !== 'receive') return null;
    const running = [...this.#all.values()].find((one) => one.waitsForFiles && one.job.lake === spec.lake && one.job.subject === spec.subject);
    if (running === undefined) return null;
    running.job = { ...running.job, title: spec.title, progress: nothingDone };
    return this.#goOn(running, spec);
  }

  /** Begins again what stopped because this lake was away. */
  goOn(lake: string): void {
    for (const running of this.#all.values()) {
      const { spec } = running;
      if (running.isHeld && spec !== null && running.job.lake === lake) this.#start(running, spec);
    }
  }

  /** Whether something waits for a lake that is away. */
  get isHolding(): boolean {
    return [...this.#all.values()].some(({ isHeld }) => isHeld);
  }

  /** Waits until nothing is at work, at most `ms`. */
  async drain(ms: number): Promise<void> {
    const all = Promise.all([...this.#all.values()].map(({ ended }) => ended));
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([all, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
    clearTimeout(timer);
  }

  /** Stops what is at work; intakes rest, and can be resumed by the next run. */
  async close(): Promise<void> {
    const stopped: Promise<void>[] = [];
    for (const running of this.#all.values()) {
      if (running.job.state !== 'running' && running.job.state !== 'waiting') continue;
      running.wish = running.again === null ? 'cancel' : 'pause';
      running.stop?.abort();
      stopped.push(running.ended);
    }
    await Promise.all(stopped);
    for (const { timer } of this.#told.values()) clearTimeout(timer ?? undefined);
    await this.#world.file?.write(() => this.#kept()).catch((error: unknown) => this.#world.log('The list of jobs could not be written.', error));
  }

  #goOn(running: Running, spec: JobSpec): Job {
    this.#refuseSecond(spec, running);
    running.spec = spec;
    this.#start(running, spec);
    return running.job;
  }

  #takeOver(job: Job, again: Again | null): void {
    const running = new Running(job, null, again, this.#world.clock);
    this.#all.set(job.id, running);
    if (!isAtWork(job)) return;
    if (again?.do === 'receive') running.rests(cutOff(job, false));
    else if (job.state !== 'paused' || again === null) running.ends('failed', null, cutOff(job, again !== null));
  }

  #refuseSecond(spec: JobSpec, self: Running | null): void {
    if (spec.alone === undefined) return;
    for (const other of this.#all.values()) {
      if (other === self || other.spec?.alone !== spec.alone || other.job.state === 'paused' || !isAtWork(other.job)) continue;
      throw refused(`${other.job.title}: this is at work, and ${spec.title.charAt(0).toLowerCase()}${spec.title.slice(1)} has to wait for it.`, 'Wait until it is done, or cancel it.');
    }
  }

  #start(running: Running, spec: JobSpec): void {
    const stop = new AbortController();
    running.stop = stop;
    running.begins();
    this.#tellNow(running);
    this.#keep();
    running.ended = this.#work(running, spec, stop.signal);
  }

  async #work(running: Running, spec: JobSpec, signal: AbortSignal): Promise<void> {
    try {
      // Answered before the work begins, however much of it is done without waiting.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw new CancelledError('Nothing was changed.');
      const result = heavy.has(spec.kind) ? await this.#inTurn(running, spec, signal) : await this.#itself(running, spec, signal);
      await this.#over(running);
      running.ends('done', result, null);
    } catch (error) {
      await this.#endsBadly(running, error);
    }
    running.stop = null;
    this.#tellNow(running);
    this.#keep();
  }

  async #inTurn(running: Running, spec: JobSpec, signal: AbortSignal): Promise<JobResult> {
    if (this.#turns.isFull) {
      running.waits();
      this.#tellNow(running);
    }
    const leave = await this.#turns.take(signal);
    try {
      if (running.job.state === 'waiting') {
        running.begins();
        this.#tellNow(running);
      }
      return await this.#itself(running, spec, signal);
    } finally {
      leave();
    }
  }

  #itself(running: Running, spec: JobSpec, signal: AbortSignal): Promise<JobResult> {
    return spec.work({
      signal,
      onProgress: (progress) => {
        running.progressed(progress);
        this.#tell(running);
      },
    });
  }

  async #endsBadly(running: Running, error: unknown): Promise<void> {
    if (error instanceof CancelledError && running.wish === 'pause') {
      running.rests();
      return;
    }
    if (error instanceof CancelledError) {
      await this.#over(running);
      running.ends('cancelled', null, cancelled(error.kept));
      return;
    }
    const problem = this.#world.problemOf(error);
    const away = problem.code === 'BUG' ? null : await this.#whyHeld(running, problem.kept ?? undefined);
    if (away !== null) {
      running.holds(this.#world.problemOf(away));
      return;
    }
    await this.#over(running);
    if (problem.code === 'BUG') this.#world.log(`${running.job.title} failed.`, error);
    running.ends('failed', null, problem);
  }

  /** Why the work waits, where its lake is away and it begins again when that is back; null where it does not wait. */
  async #whyHeld({ job, spec, wish }: Running, kept: string | undefined): Promise<unknown> {
    if (wish !== null || job.lake === null || spec?.afterAway?.() !== true) return null;
    return this.#world.whyAway(job.lake, kept);
  }

  /** What cannot be tidied now is tidied at the next start. */
  async #over(running: Running): Promise<void> {
    await running.spec?.over?.().catch((error: unknown) => this.#world.log(`${running.job.title}: what it left could not be removed.`, error));
  }

  #tell(running: Running): void {
    const { id } = running.job;
    const now = this.#world.clock.monotonic();
    const told = this.#told.get(id) ?? { at: -Infinity, timer: null };
    this.#told.set(id, told);
    if (told.timer !== null) return;
    if (now - told.at >= TELL_EVERY_MS) {
      this.#tellNow(running);
      return;
    }
    told.timer = setTimeout(() => this.#tellNow(running), TELL_EVERY_MS - (now - told.at));
    told.timer.unref();
  }

  #tellNow(running: Running): void {
    const told = this.#told.get(running.job.id);
    clearTimeout(told?.timer ?? undefined);
    if (isAtWork(running.job)) this.#told.set(running.job.id, { at: this.#world.clock.monotonic(), timer: null });
    else this.#told.delete(running.job.id);
    this.#world.tell({ type: 'job', job: running.job });
  }

  #forgetOldest(): void {
    const ended = [...this.#all.values()].filter(({ job }) => !isAtWork(job));
    for (const { job } of ended.slice(0, Math.max(0, ended.length - KEPT))) this.#remove(job.id);
  }

  #remove(id: string): void {
    this.#all.delete(id);
    this.#told.delete(id);
    this.#world.tell({ type: 'job-gone', id });
  }

  #kept(): Kept[] {
    return [...this.#all.values()].map(({ job, again }) => ({ job, again }));
  }

  #keep(): void {
    this.#world.file?.write(() => this.#kept()).catch((error: unknown) => this.#world.log('The list of jobs could not be written.', error));
  }
}
