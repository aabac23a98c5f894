import type { Progress } from '../contract/index.ts';

/** A rate is taken over this time, ms. */
const RATE_OVER_MS = 10_000;
/** Less than this is no measure, ms. */
const STABLE_AFTER_MS = 500;
/** Opening, closing and naming a file takes about as long as copying this many bytes. */
const BYTES_A_FILE = 100_000;

/** Bytes a second over the last seconds, and what is left at that rate. */
export class Pace {
  readonly #samples: { readonly at: number; readonly bytes: number; readonly work: number }[] = [];

  /** `at`: milliseconds that never go back. */
  take({ bytesDone, filesDone }: Progress, at: number): void {
    const work = bytesDone + filesDone * BYTES_A_FILE;
    // Another part of the work counts anew.
    if (work < (this.#samples.at(-1)?.work ?? 0)) this.#samples.length = 0;
    this.#samples.push({ at, bytes: bytesDone, work });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > RATE_OVER_MS) this.#samples.shift();
  }

  /** Null until there is something to measure. */
  rates(): { readonly bytes: number; readonly work: number } | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < STABLE_AFTER_MS) return null;
    const seconds = (last.at - first.at) / 1000;
    return { bytes: (last.bytes - first.bytes) / seconds, work: (last.work - first.work) / seconds };
  }

  /** Seconds; null while a total or the rate is not known. */
  left({ bytesDone, bytesTotal, filesDone, filesTotal }: Progress): number | null {
    const rates = this.rates();
    if (rates === null || rates.work <= 0 || bytesTotal === null || filesTotal === null) return null;
    return (bytesTotal - bytesDone + (filesTotal - filesDone) * BYTES_A_FILE) / rates.work;
  }
}

/** 0 to 1, by bytes where these are counted, else by files; null while no total is known. */
export function shareDone({ bytesDone, bytesTotal, filesDone, filesTotal, share }: Progress): number | null {
  if (share !== undefined) return share;
  if (bytesTotal !== null && bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal);
  if (filesTotal !== null && filesTotal > 0) return Math.min(1, filesDone / filesTotal);
  return null;
}
