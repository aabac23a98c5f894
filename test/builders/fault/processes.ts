import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hmsFile } from '../program.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Real processes of the program, for tests of several at once and of killed ones. */

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves as soon as this stands in what it printed. */
  printed(text: string): Promise<void>;
}

/** Starts a script of the tests or the program itself with the Node that runs the tests. `file` is relative to this folder, or whole. */
export function start(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [resolve(here, file), ...args], { env: { ...process.env, NO_COLOR: '1', ...env } });
  let stdout = '';
  let stderr = '';
  const waiting: { text: string; done: () => void }[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const wait of waiting) if (stdout.includes(wait.text)) wait.done();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((done, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  return {
    child,
    ended,
    printed: (text) =>
      Promise.race([
        new Promise<void>((done) => (stdout.includes(text) ? done() : waiting.push({ text, done }))),
        ended.then((end) => {
          if (!end.stdout.includes(text)) throw new Error(`The process ended with ${String(end.code ?? end.signal)} before it printed "${text}": ${end.stderr}`);
        }),
      ]),
  };
}

/** The command line of the program: `hms('dta', 'ls')`. */
export function hms(profile: string, ...args: readonly string[]): Running {
  return start(hmsFile, args, { HMS_PROFILE: profile });
}
