import type { OnProgress, Progress } from '../contract/index.ts';
import type { Session } from './session.ts';
import { bytes, count, duration, grouped } from './words.ts';

/** Shows how far long work is: a bar on a terminal, a line now and then in a pipe, nothing with --json or --quiet. On standard error. */
export interface ProgressView {
  readonly onProgress: OnProgress;
  /** Takes the bar away; call it before anything else is said. */
  end(): void;
}

const LINE_EVERY_MS = 5_000;
const RATE_OVER_MS = 10_000;

export async function progressView(session: Session): Promise<ProgressView> {
  if (session.json || session.quiet) return { onProgress: () => undefined, end: () => undefined };
  return process.stderr.isTTY ? bar() : lines(session);
}

/** Opening, closing and naming a file takes about as long as copying this many bytes. */
const BYTES_A_FILE = 100_000;

/** Bytes a second over the last seconds, and what is left at that rate. */
class Pace {
  readonly #samples: { readonly at: number; readonly bytes: number; readonly work: number }[] = [];

  take({ bytesDone, filesDone }: Progress): void {
    const at = performance.now();
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
    if (first === undefined || last === undefined || last.at - first.at < 500) return null;
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

function rateText(pace: Pace, { bytesTotal }: Progress): string {
  const rates = pace.rates();
  return rates === null || bytesTotal === 0 ? '' : `${(rates.bytes / 1e6).toFixed(1)} MB/s`;
}

/** Nothing where nothing is counted. */
function filesText({ filesDone, filesTotal }: Progress, of: string): string {
  if (filesTotal === null) return filesDone === 0 ? '' : count(filesDone, 'file');
  return `${grouped(filesDone)}${of}${count(filesTotal, 'file')}`;
}

function leftText(pace: Pace, progress: Progress): string {
  const seconds = pace.left(progress);
  return seconds === null || seconds === 0 ? '' : `${duration(seconds)} left`;
}

function lines(session: Session): ProgressView {
  const pace = new Pace();
  let lastSaid = performance.now();
  return {
    onProgress: (progress) => {
      pace.take(progress);
      const now = performance.now();
      if (now - lastSaid < LINE_EVERY_MS) return;
      lastSaid = now;
      const { bytesDone, bytesTotal } = progress;
      const size = bytesTotal === 0 ? '' : bytesTotal === null ? bytes(bytesDone) : `${grouped(bytesDone)} of ${bytes(bytesTotal)}`;
      const text = [filesText(progress, ' of '), size, rateText(pace, progress), leftText(pace, progress)].filter((part) => part !== '').join(', ');
      // Progress is told from deep inside other work, which does not wait for it.
      void session.err.line(text === '' ? `${progress.phase} …` : `${progress.phase}: ${text}`).then(() => session.err.flush());
    },
    end: () => undefined,
  };
}

async function bar(): Promise<ProgressView> {
  const { default: cliProgress } = await import('cli-progress');
  const pace = new Pace();
  let latest: Progress = { phase: '', filesDone: 0, filesTotal: null, bytesDone: 0, bytesTotal: null };
  const view = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 24,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    // Ctrl-C is listened to in one place.
    gracefulExit: false,
    format: (options, { progress }) => barText(latest, pace, cliProgress.Format.BarFormat(progress, options), progress),
  });
  view.start(1, 0);
  return {
    onProgress: (progress) => {
      pace.take(progress);
      latest = progress;
      view.update(shareDone(progress) ?? 0);
    },
    end: () => view.stop(),
  };
}

function shareDone({ bytesDone, bytesTotal, filesDone, filesTotal }: Progress): number | null {
  if (bytesTotal !== null && bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal);
  if (filesTotal !== null && filesTotal > 0) return Math.min(1, filesDone / filesTotal);
  return null;
}

function barText(progress: Progress, pace: Pace, drawn: string, share: number): string {
  const { phase, bytesDone, bytesTotal } = progress;
  const isKnown = shareDone(progress) !== null;
  const size = isKnown ? `${Math.floor(share * 100)} %` : bytesTotal === 0 ? '' : bytes(bytesDone);
  return [isKnown ? `[${drawn}]` : '', size, filesText(progress, '/'), rateText(pace, progress), leftText(pace, progress), phase].filter((part) => part !== '').join('  ');
}
