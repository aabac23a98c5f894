import type { OnProgress, Progress } from '../contract/index.ts';
import { Pace, shareDone } from '../core/index.ts';
import type { Session } from './session.ts';
import { bytes, count, duration, grouped } from './words.ts';

/** Shows how far long work is: a bar on a terminal, a line now and then in a pipe, nothing with --json or --quiet. On standard error. */
export interface ProgressView {
  readonly onProgress: OnProgress;
  /** Takes the bar away; call it before anything else is said. */
  end(): void;
}

const LINE_EVERY_MS = 5_000;

export async function progressView(session: Session): Promise<ProgressView> {
  if (session.json || session.quiet) return { onProgress: () => undefined, end: () => undefined };
  return process.stderr.isTTY ? bar() : lines(session);
}

function rateText(pace: Pace, { bytesTotal }: Progress): string {
  const rates = pace.rates();
  return rates === null || bytesTotal === 0 ? '' : `${(rates.bytes / 1e6).toFixed(1)} MB/s`;
}

/** Nothing where nothing is counted. */
function filesText({ filesDone, filesTotal }: Progress, of: string): string {
  if (filesTotal === null || filesTotal === 0) return filesDone === 0 ? '' : count(filesDone, 'file');
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
      pace.take(progress, performance.now());
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
      pace.take(progress, performance.now());
      latest = progress;
      view.update(shareDone(progress) ?? 0);
    },
    end: () => view.stop(),
  };
}

function barText(progress: Progress, pace: Pace, drawn: string, share: number): string {
  const { phase, bytesDone, bytesTotal } = progress;
  const isKnown = shareDone(progress) !== null;
  const size = isKnown ? `${Math.floor(share * 100)} %` : bytesTotal === 0 ? '' : bytes(bytesDone);
  return [isKnown ? `[${drawn}]` : '', size, filesText(progress, '/'), rateText(pace, progress), leftText(pace, progress), phase].filter((part) => part !== '').join('  ');
}
