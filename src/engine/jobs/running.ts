import { instantOf } from '../../contract/index.ts';
import type { OnProgress, Progress } from '../../contract/index.ts';
import type { Job, JobKind, JobProgress, JobResult, Problem } from '../../contract/api/index.ts';
import { Pace, shareDone } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import type { Again } from './job-file.ts';

/** What the work of a job is given. */
export interface Run {
  /** Stops the work, for a pause too; what it says was kept is told of a cancelled job. */
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}
export type Work = (run: Run) => Promise<JobResult>;

/** A job as it is begun. */
export interface JobSpec {
  readonly kind: JobKind;
  readonly title: string;
  readonly lake: string | null;
  readonly subject: string | null;
  /** Called once, and again after each pause. */
  readonly work: Work;
  /** The work can be stopped and begun again, and then goes on from where it was. */
  readonly canPause?: boolean;
  /** Asked when the work failed because its lake is away: whether it can be called again from the beginning when that is back, without doing anything twice. */
  readonly afterAway?: () => boolean;
  /** How it is begun again by another run of the program. */
  readonly again?: Again;
  /** Called when the job is over, however it ended; not when it rests. */
  readonly over?: () => Promise<void>;
  /** Those of one key are at work one at a time; a second one is refused. */
  readonly alone?: string;
}

/** A job of this run of the program. */
export class Running {
  job: Job;
  /** How to begin its work; null for one that another run of the program began and that cannot go on. */
  spec: JobSpec | null;
  again: Again | null;
  wish: 'pause' | 'cancel' | null = null;
  /** It stopped because its lake is away, and begins again when that is back. */
  isHeld = false;
  stop: AbortController | null = null;
  ended: Promise<void> = Promise.resolve();
  readonly #clock: Clock;
  #pace = new Pace();

  constructor(job: Job, spec: JobSpec | null, again: Again | null, clock: Clock) {
    this.job = job;
    this.spec = spec;
    this.again = again;
    this.#clock = clock;
  }

  progressed(progress: Progress): void {
    this.#pace.take(progress, this.#clock.monotonic());
    const rates = this.#pace.rates();
    const left = this.#pace.left(progress);
    const rate = rates === null || progress.bytesTotal === 0 ? null : Math.round(rates.bytes);
    this.job = { ...this.job, progress: { ...progress, rate, secondsLeft: left === null ? null : Math.round(left * 10) / 10, share: shareDone(progress) } };
  }

  begins(): void {
    this.wish = null;
    this.isHeld = false;
    this.#pace = new Pace();
    this.#become('running', null, null);
  }

  /** For others of its kind to end. */
  waits(): void {
    this.job = { ...this.job, state: 'waiting', can: ['cancel'], progress: { ...nothingDone, phase: 'Waiting for other work to end' } };
  }

  /** For its lake to answer again. */
  holds(problem: Problem): void {
    this.isHeld = true;
    this.job = { ...this.job, state: 'waiting', problem, can: ['cancel'], progress: { ...this.job.progress, phase: 'Waiting for the disk or share to answer', rate: null, secondsLeft: null } };
  }

  /** `problem`: why, where nobody asked for it. */
  rests(problem: Problem | null = null): void {
    this.#become('paused', null, problem);
  }

  /** Another run of the program received files for it, and it rests until they are sent again. */
  get waitsForFiles(): boolean {
    return this.job.state === 'paused' && this.spec === null && this.again?.do === 'receive';
  }

  ends(state: 'done' | 'failed' | 'cancelled', result: JobResult | null, problem: Problem | null): void {
    this.#become(state, result, problem);
    this.job = { ...this.job, ended: instantOf(this.#clock.now()), progress: { ...this.job.progress, rate: null, secondsLeft: null, share: state === 'done' ? 1 : this.job.progress.share } };
  }

  #become(state: Job['state'], result: JobResult | null, problem: Problem | null): void {
    const canPause = this.spec?.canPause === true;
    this.isHeld = false;
    const can: Job['can'] = state === 'running' ? (canPause ? ['cancel', 'pause'] : ['cancel']) : state === 'paused' ? (this.spec === null && this.again?.do === 'receive' ? ['cancel'] : ['cancel', 'resume']) : state === 'failed' && this.again !== null ? ['resume'] : [];
    this.job = { ...this.job, state, result, problem, can, ended: null, progress: { ...this.job.progress, rate: null, secondsLeft: null } };
  }
}

export const nothingDone: JobProgress = { phase: 'Starting', filesDone: 0, filesTotal: null, bytesDone: 0, bytesTotal: null, rate: null, secondsLeft: null, share: null };

export function isAtWork({ state }: Job): boolean {
  return state === 'running' || state === 'waiting' || state === 'paused';
}
