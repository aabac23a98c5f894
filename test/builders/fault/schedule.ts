import type { Clock } from '../../../src/engine/clock.ts';
import { systemDisk } from '../../../src/engine/lake/index.ts';
import type { Disk } from '../../../src/engine/lake/index.ts';
import { numbersFrom } from './numbers.ts';
import { waitingClock } from './waiting-clock.ts';

/**
 * Runs several writers of one process, each stopping before every durable primitive, one step at a time in an order that a seed decides. A
 * writer may be stopped for as long as others need for whole commits, or killed, or not be told that what it did took place.
 */

/** Thrown into a writer that was killed: nothing of it runs on. */
export class Killed extends Error {}

interface Parked {
  readonly go: () => void;
  readonly kill: () => void;
}

export class Schedule {
  readonly #random: () => number;
  /** What a writer does side by side waits in its line. */
  readonly #parked = new Map<number, Parked[]>();
  readonly #running = new Set<number>();
  readonly #dead = new Set<number>();
  #wake: (() => void) | null = null;
  steps = 0;

  constructor(seed: number) {
    this.#random = numbersFrom(seed);
  }

  /** A random whole number below `limit`. */
  pick(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** Runs the writers to their ends; `kills` is the chance per step that the writer whose turn it is dies there. */
  async run(writers: readonly (() => Promise<void>)[], kills: number): Promise<PromiseSettledResult<void>[]> {
    const ends = writers.map((writer, id) => {
      this.#running.add(id);
      return (async () => {
        try {
          await this.#turn(id);
          await writer();
        } finally {
          this.#running.delete(id);
          this.#notify();
        }
      })();
    });
    const all = Promise.allSettled(ends);
    let chosen = -1;
    let burst = 0;
    for (;;) {
      await this.#quiet();
      if (this.#parked.size === 0) break;
      const waiting = [...this.#parked.keys()].sort((a, b) => a - b);
      if (burst <= 0 || !this.#parked.has(chosen)) {
        chosen = waiting[this.pick(waiting.length)] ?? 0;
        // Mostly single steps; sometimes so long that a whole commit of this writer passes while the others stand still.
        burst = this.#random() < 0.3 ? 1 + this.pick(120) : 1 + this.pick(3);
      }
      burst--;
      this.steps++;
      const line = this.#parked.get(chosen) ?? [];
      const isKilled = this.#random() < kills;
      if (isKilled) this.#dead.add(chosen);
      const now = isKilled ? line.splice(0) : line.splice(0, 1);
      if (line.length === 0) this.#parked.delete(chosen);
      for (const one of now) {
        if (isKilled) one.kill();
        else one.go();
      }
    }
    return all;
  }

  /** A disk whose every call is a step of this writer; `lostReplies` is the chance that a rename takes place and reports an error, as on a share whose network fails. */
  disk(writer: number, lostReplies = 0): Disk {
    const step = async <T>(call: () => Promise<T>): Promise<T> => {
      await this.#turn(writer);
      return call();
    };
    return {
      create: (path, how, mode) =>
        step(async () => {
          const handle = await systemDisk.create(path, how, mode);
          return {
            write: (bytes) => step(() => handle.write(bytes)),
            sync: () => Promise.resolve(),
            modified: () => handle.modified(),
            close: () => handle.close(),
          };
        }),
      mkdir: (path) => step(() => systemDisk.mkdir(path)),
      rename: (from, to) =>
        step(async () => {
          await systemDisk.rename(from, to);
          if (this.#random() < lostReplies) throw Object.assign(new Error('EIO: made by the test'), { code: 'EIO' });
        }),
      unlink: (path) => step(() => systemDisk.unlink(path)),
      rmdir: (path) => step(() => systemDisk.rmdir(path)),
      // Flushing changes nothing that another process sees: no step, and no cost in thousands of schedules.
      syncFile: () => Promise.resolve(),
      syncFolder: () => Promise.resolve(),
      syncFileSystem: () => Promise.resolve(),
      blocking: systemDisk.blocking,
    };
  }

  /** A clock whose waiting is a step, so that no schedule waits for real. */
  clock(writer: number): Clock {
    return waitingClock(() => this.#turn(writer));
  }

  #turn(writer: number): Promise<void> {
    if (this.#dead.has(writer)) return Promise.reject(new Killed());
    return new Promise((resolve, reject) => {
      this.#parked.set(writer, [...(this.#parked.get(writer) ?? []), { go: () => resolve(), kill: () => reject(new Killed()) }]);
      this.#notify();
    });
  }

  /** Waits until every writer is parked or done: then exactly one is let go, and the order is the seed's alone. */
  async #quiet(): Promise<void> {
    while ([...this.#running].some((id) => !this.#parked.has(id))) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
