import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { acknowledged } from './acknowledged.ts';
import { until } from './wait.ts';
import type { RanThere, RunningThere } from './workstation.ts';

/** A workstation that commits version after version to one dataset while something happens to it or to the server: `press` of station-work.ts. */

/** What a step of it came to. */
export interface Attempt {
  readonly path: string;
  readonly step: 'putting' | 'committing' | 'committed' | 'refused' | 'cut';
  readonly version?: number;
  readonly seq?: number;
  /** From the begin of its first attempt. */
  readonly seconds?: number;
  readonly code?: string;
  readonly message?: string;
  readonly kept?: string | null;
}

/** Starts a work of station-work.ts on the lake, at the workstation. */
export type StartWork = (what: string, ...more: readonly (string | number)[]) => RunningThere;

const NOT_COMMITTED = 'Nothing was committed; the draft is kept.';

export class Pressing {
  readonly name: string;
  readonly #start: StartWork;
  readonly #stop: string;
  readonly #before: Attempt[] = [];
  #running: RunningThere;
  /** How often it was seen to begin a commit. */
  #seen = 0;

  /** `folder`: where workstation and test both see a file. */
  constructor(folder: string, name: string, start: StartWork) {
    this.name = name;
    this.#start = start;
    this.#stop = join(folder, `stop-${name}`);
    this.#running = start('press', name, this.#stop, 0);
  }

  get attempts(): Attempt[] {
    return [...this.#before, ...acknowledged<Attempt>({ stdout: this.#running.said() })];
  }

  count(step: Attempt['step']): number {
    return this.attempts.filter((attempt) => attempt.step === step).length;
  }

  /** Waits until so many more of these were printed. */
  async more(step: Attempt['step'], count: number, seconds = 180): Promise<void> {
    const before = this.count(step);
    try {
      await until(`${this.name}: ${count} more "${step}"`, () => this.count(step) >= before + count, seconds);
      this.#seen = Math.max(this.#seen, this.count('committing'));
    } catch (cause) {
      throw new Error(`It was at:\n${JSON.stringify(this.attempts.slice(-6))}`, { cause });
    }
  }

  /** After its workstation lost its power, and before that is started again. */
  async wasCut(): Promise<void> {
    const { code }: RanThere = await this.#running.ended;
    expect(code).toBe(-1);
    // Read now, when nothing is left that could print.
    expect(this.count('committing'), 'what was seen before the cut is there after it').toBeGreaterThanOrEqual(this.#seen);
    this.#before.push(...acknowledged<Attempt>({ stdout: this.#running.said() }));
    this.#before.push({ path: this.#before.at(-1)?.path ?? `${this.name}/0.txt`, step: 'cut' });
  }

  /** Gives the last command again at the workstation that was started again, and goes on. */
  again(): void {
    const from = this.#before.at(-1)?.path.match(/(\d+)\.txt$/)?.[1] ?? '0';
    this.#running = this.#start('press', this.name, this.#stop, from);
  }

  /** Lets it end after the version that it is at. */
  async end(): Promise<void> {
    writeFileSync(this.#stop, '');
    const { code, stderr } = await this.#running.ended;
    expect([code, stderr]).toEqual([0, '']);
  }

  /** Lets it end, whatever becomes of it; false where it does not. For the next test, after one that failed. */
  async letGo(seconds: number): Promise<boolean> {
    writeFileSync(this.#stop, '');
    return Promise.race([this.#running.ended.then(() => true), sleep(seconds * 1_000, false, { ref: false })]);
  }

  /** The versions that were acknowledged. */
  get versions(): { readonly path: string; readonly version: number; readonly seq: number; readonly seconds: number }[] {
    return this.attempts.flatMap(({ step, path, version = 0, seq = 0, seconds = 0 }) => (step === 'committed' ? [{ path, version, seq, seconds }] : []));
  }

  /** What was refused because the place was away. */
  get refusals(): Attempt[] {
    return this.attempts.filter(({ step, code }) => step === 'refused' && code !== 'DRAFT_EMPTY');
  }
}

/**
 * Nothing was done by half: each attempt succeeded or was refused in words that are true. Every version that was acknowledged has its file, what was said not to be
 * committed was not, and nothing is in the dataset that nobody began. `list` is what the work of that name printed.
 */
export function expectNoneHalf(all: readonly Pressing[], list: RanThere): void {
  for (const { attempts } of all) {
    for (const [i, { path, step, code, message }] of attempts.entries()) {
      if (step !== 'refused') continue;
      expect(['PLACE_AWAY', 'DRAFT_EMPTY'], message).toContain(code);
      if (code !== 'DRAFT_EMPTY') continue;
      // The command, given again, found nothing to commit: it took place before, and nobody was told that it did not.
      const before = attempts.slice(0, i).filter((one) => one.path === path && ['refused', 'cut'].includes(one.step));
      expect(before.length).toBeGreaterThan(0);
      if (before.every((one) => one.step === 'refused')) expect(before.map(({ kept }) => kept)).not.toEqual(before.map(() => NOT_COMMITTED));
    }
  }
  const attempts = all.flatMap((one) => one.attempts);
  const files = new Map(acknowledged<{ version: number; files: string[] }>(list).map((one) => [one.version, one.files]));
  const newest = files.get(files.size) ?? [];
  const told = attempts.flatMap(({ version, path }) => (version === undefined ? [] : [{ version, path }]));
  expect(new Set(told.map(({ version }) => version)).size).toBe(told.length);
  for (const { version, path } of told) {
    expect(files.get(version), `v${version}`).toContain(path);
    expect(newest).toContain(path);
  }
  for (const { path, code } of attempts) if (code === 'DRAFT_EMPTY') expect(newest).toContain(path);
  const begun = new Set(attempts.filter(({ step }) => step === 'committing').map(({ path }) => path));
  expect(newest.filter((path) => !begun.has(path))).toEqual([]);
  // Each version brings one file, and none takes away what another brought.
  for (const [version, there] of files) expect(there, `v${version}`).toHaveLength(version);
}
