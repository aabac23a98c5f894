import type { OnProgress } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import type { IntakeProblem, IntakeReport } from './types.ts';

const PROGRESS_MS = 100;

/** What an intake has come upon so far, with lists that stop growing, and its progress. */
export class Tally {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #onProgress: OnProgress;
  readonly #emptyFolders: string[] = [];
  readonly #symlinks: { path: string; target: string }[] = [];
  readonly #special: { path: string; kind: string }[] = [];
  readonly #counts = { emptyFolders: 0, symlinks: 0, special: 0 };
  readonly #problems: IntakeProblem[] = [];
  #problemCount = 0;
  #unchanged = 0;
  #resumed = 0;
  #filesDone = 0;
  #bytesDone = 0;
  #shownBytes = 0;
  #totals: { readonly files: number; readonly bytes: number | null } | null = null;
  #lastSaid = -Infinity;

  constructor(limit: number, clock: Clock, onProgress: OnProgress) {
    this.#limit = limit;
    this.#clock = clock;
    this.#onProgress = onProgress;
  }

  get resumed(): number {
    return this.#resumed;
  }

  emptyFolder(path: string): void {
    this.#counts.emptyFolders++;
    this.#keep(this.#emptyFolders, path);
  }

  symlink(path: string, target: string): void {
    this.#counts.symlinks++;
    this.#keep(this.#symlinks, { path, target });
  }

  special(path: string, kind: string): void {
    this.#counts.special++;
    this.#keep(this.#special, { path, kind });
  }

  problem(problem: IntakeProblem): void {
    this.#problemCount++;
    this.#keep(this.#problems, problem);
  }

  /** A file is done with, whatever became of it. */
  done(became: 'staged' | 'unchanged' | 'resumed' | 'left'): void {
    this.#filesDone++;
    if (became === 'unchanged') this.#unchanged++;
    if (became === 'resumed') this.#resumed++;
  }

  bytes(more: number): void {
    this.#bytesDone += more;
    this.say('Reading and hashing');
  }

  /** Totals become known; `bytes` null where a stream is among the sources. */
  total(files: number, bytes: number | null): void {
    this.#totals = { files, bytes };
  }

  /** Everything is done: the totals are what was met. */
  complete(): void {
    this.#totals = { files: this.#filesDone, bytes: Math.max(this.#shownBytes, this.#bytesDone) };
    this.say('Copied', true);
  }

  /** Reports progress, unless the last report is less than 100 ms old. */
  say(phase: string, now = false): void {
    const at = this.#clock.monotonic();
    if (!now && at - this.#lastSaid < PROGRESS_MS) return;
    this.#lastSaid = at;
    // A file that is read a second time is taken back first: the number shown then stands still.
    this.#shownBytes = Math.max(this.#shownBytes, this.#bytesDone);
    const total = this.#totals;
    this.#onProgress({
      phase,
      filesDone: this.#filesDone,
      // Files may have come after the count.
      filesTotal: total === null ? null : Math.max(total.files, this.#filesDone),
      bytesDone: this.#shownBytes,
      bytesTotal: total?.bytes === undefined || total.bytes === null ? null : Math.max(total.bytes, this.#shownBytes),
    });
  }

  report(kept: { readonly files: number; readonly bytes: number }): IntakeReport {
    return {
      files: kept.files,
      bytes: kept.bytes,
      unchanged: this.#unchanged,
      resumed: this.#resumed,
      notes: { emptyFolders: this.#emptyFolders, symlinks: this.#symlinks, special: this.#special, counts: { ...this.#counts } },
      problems: this.#problems,
      problemCount: this.#problemCount,
    };
  }

  #keep<T>(list: T[], item: T): void {
    if (list.length < this.#limit) list.push(item);
  }
}
