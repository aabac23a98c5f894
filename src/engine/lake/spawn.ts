import { fork } from 'node:child_process';
import { YOUNG_ROOM } from '../../contract/helper-process.ts';
import type { HelperName } from '../../contract/helper-process.ts';

/** A process that the engine starts for one purpose: what runs in it, and the file where Node finds that. */
export interface HelperProgram {
  readonly name: HelperName;
  readonly file: string;
}

/** A process of its own, as the engine holds it. In the window a utilityProcess of Electron stands behind it. */
export interface Child {
  /** 0 while it is not known yet. */
  readonly pid: number;
  send(message: unknown): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export interface ChildEvents {
  readonly onMessage: (message: unknown) => void;
  /** Once, when it is gone: why, in a few words. */
  readonly onExit: (how: string) => void;
}

/** Starts a program as a process without the engine's environment and open files; messages are structured clones. */
export type Spawner = (program: HelperProgram, events: ChildEvents) => Child;

/**
 * Node's own way. The environment holds nothing of the engine's (tokens, passphrases, proxies); standard streams lead nowhere, and Node opens all its other
 * files so that a child does not get them (O_CLOEXEC). Flags of the engine's process, such as a debugger's port, are not passed on.
 */
export const forkChild: Spawner = ({ file }, { onMessage, onExit }) => {
  const system = process.env['SystemRoot'];
  const child = fork(file, [], {
    env: { TZ: 'UTC', ...(system === undefined ? {} : { SystemRoot: system }) },
    execArgv: [YOUNG_ROOM],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
  });
  let gone = false;
  const end = (how: string): void => {
    if (gone) return;
    gone = true;
    onExit(how);
  };
  child.on('message', onMessage);
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  return {
    pid: child.pid ?? 0,
    // A child that is just gone takes no message; onExit tells.
    send: (message) => void (child.connected && child.send(message as object, () => undefined)),
    kill: () => void child.kill('SIGKILL'),
  };
};
