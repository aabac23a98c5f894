import { join } from 'node:path';
import { systemClock } from '../engine/clock.ts';
import { durableOn, systemDisk } from '../engine/lake/index.ts';

/** Told what goes wrong; with an error its stack is kept too. */
export type Log = (words: string, error?: unknown) => void;

/** The log of one part of the program: `engine` or `serve`. */
export function logFile(profile: string, part: 'engine' | 'serve'): string {
  return join(profile, 'logs', `${part}.log`);
}

/** Adds lines to a file, one after the other; a log that cannot be written keeps nobody from working. */
export function logInto(file: string): Log {
  let last: Promise<unknown> = Promise.resolve();
  const write = async (line: string): Promise<void> => {
    const durable = durableOn(systemDisk, { kind: 'other', name: 'unknown' }, systemClock);
    await durable.makeFolder(join(file, '..'));
    await durable.append(file, Buffer.from(line));
  };
  return (words, error) => {
    const detail = error instanceof Error ? ` ${error.stack ?? error.message}` : '';
    last = last.then(() => write(`${new Date(systemClock.now()).toISOString()} ${words}${detail}\n`)).catch(() => undefined);
  };
}
