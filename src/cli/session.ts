import type { Interrupt } from './interrupt.ts';
import type { Output } from './output.ts';
import type { OpenOptions } from '../engine/open.ts';

/** One run of a command: where it talks to, what was said for all commands alike, and whether it is asked to stop. */
export interface Session {
  readonly out: Output;
  readonly err: Output;
  /** One JSON object on standard output and nothing else there. */
  readonly json: boolean;
  /** No progress and no remarks; errors and results all the same. */
  readonly quiet: boolean;
  /** The lake's folder as named by --lake or HMS_LAKE; null where neither names one. */
  readonly lake: string | null;
  readonly signal: AbortSignal;
  readonly interrupt: Pick<Interrupt, 'holdThreads'>;
}

/** What every command may be given. */
export interface CommonOptions {
  readonly lake?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A remark for the person at the terminal; not part of the result. */
export async function remark(session: Session, text: string): Promise<void> {
  if (session.quiet) return;
  await session.err.line(text);
  await session.err.flush();
}

/** Something that a person should know even with --quiet. */
export async function warn(session: Session, text: string): Promise<void> {
  await session.err.line(text);
  await session.err.flush();
}

/** Whether a long answer is still wanted: false where its reader has gone. Throws CancelledError after Ctrl-C. */
export async function goesOn(session: Session): Promise<boolean> {
  if (session.signal.aborted) {
    const { CancelledError } = await import('../contract/index.ts');
    throw new CancelledError('It only reads, so nothing was changed.');
  }
  return !session.out.isClosed;
}

/** The result: the object with --json, else the lines. */
export async function answer(session: Session, value: object, lines: Iterable<string>): Promise<void> {
  if (session.json) await session.out.text(`${JSON.stringify(value)}\n`);
  else await session.out.lines(lines);
}

/** What opening the lake needs; refuses where none is named. */
export async function openOptions(session: Session): Promise<OpenOptions> {
  const { profileFolder } = await import('../engine/keys/index.ts');
  const { HmsError } = await import('../contract/index.ts');
  if (session.lake === null) {
    throw new HmsError('USAGE', 'No lake is named.', { next: 'Name its folder with --lake DIR or in HMS_LAKE, or make a lake with: hms dta init DIR' });
  }
  return { folder: session.lake, profile: profileFolder(process.env) };
}
