import { routes } from '../../contract/api/screens.ts';
import type { Job } from '../../contract/api/index.ts';
import type { Door } from '../host/index.ts';
import type { Found, Gathered } from './gather.ts';
import { FileUnreadable, UploadRefused, sendFile } from './tus.ts';

/** Files that are on their way at once: more do not make a disk faster. */
const AT_ONCE = 4;
/** Files named in one question; the door takes 5,000. */
const OFFERED = 1_000;

/** What the page knows of an intake that it sends, beside what the job tells. */
export interface SendState {
  /** Files that arrived in this run. */
  readonly sent: number;
  /** Files that were kept before, so that they were not sent again. */
  readonly kept: number;
  readonly notTaken: readonly { readonly path: string; readonly message: string }[];
  /** Nobody answers at the moment. */
  readonly waiting: boolean;
}

export const atFirst: SendState = { sent: 0, kept: 0, notTaken: [], waiting: false };

/**
 * Sends what was gathered to an intake that was begun, and says when all of it was sent. First it asks, a thousand at a time, which files the draft has already.
 * `rest` resolves when the next file may go: the intake may be paused. Rejects when the intake has ended or the signal is aborted; a file that cannot be read or is refused is named and left out.
 */
export async function sendIntake({ host, call }: Door, job: string, gathered: Gathered, tell: (state: SendState) => void, rest: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let state: SendState = { ...atFirst, notTaken: gathered.unreadable };
  const say = (more: Partial<SendState>): void => tell((state = { ...state, ...more }));
  for (let start = 0; start < gathered.files.length; start += OFFERED) {
    const group = gathered.files.slice(start, start + OFFERED);
    const offer = await call(routes.offerFiles, { params: { job }, body: { files: group.map(({ path, file }) => ({ path, size: file.size, mtime: file.lastModified })) }, signal });
    const wanted = new Set(offer.wanted);
    say({ kept: state.kept + offer.kept, notTaken: [...state.notTaken, ...offer.refused] });
    await inParallel(group.filter(({ path }) => wanted.has(path)), async (found) => {
      try {
        await rest();
        await send(found);
        say({ sent: state.sent + 1 });
      } catch (error) {
        if (!(error instanceof FileUnreadable || error instanceof UploadRefused)) throw error;
        // An intake that has ended or was cut off refuses every file for the same reason, which is none of the file's.
        if (error instanceof UploadRefused && isOver(await call(routes.getJob, { params: { job }, signal }))) throw error;
        say({ notTaken: [...state.notTaken, { path: found.path, message: error.message }] });
      }
    }, signal);
  }
  await call(routes.finishIntake, { params: { job }, body: { emptyFolders: [...gathered.emptyFolders] }, signal });

  async function send({ path, file }: Found): Promise<void> {
    await sendFile(host, { file, signal, metadata: { intake: job, path, mtime: String(file.lastModified) }, waiting: (waiting) => say({ waiting }) });
  }
}

/** Nothing that is sent to it is taken: it has ended, or the engine that received it has, and it waits for a new beginning. */
function isOver({ state, ended, problem }: Job): boolean {
  return ended !== null || (state === 'paused' && problem !== null);
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>, signal: AbortSignal): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (const item of waiting) {
      signal.throwIfAborted();
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
}
