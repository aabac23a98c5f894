import { join } from 'node:path';
import type { ForkOptions, MessageChannelMain, MessagePortMain, UtilityProcess } from 'electron/main';
import type { FromEngine, ToEngine } from '../contract/engine-messages.ts';
import { YOUNG_ROOM } from '../contract/helper-process.ts';
import type { HelperName } from '../contract/helper-process.ts';

/** Processes that the engine asks for. A utilityProcess cannot start another, so this one does; what the two then say to each other goes over a port between them. */

/** The file and the name of each. What is not here cannot be started, and no part of a path comes from the engine. */
export function helperOf(name: HelperName, bundle: string): { readonly file: string; readonly serviceName: string } {
  if (name === 'query') return { file: join(bundle, 'child.cjs'), serviceName: 'HMS-DTA query' };
  return { file: join(bundle, 'probe.cjs'), serviceName: 'HMS-DTA share probe' };
}

/** An option of V8 for a utilityProcess: what Electron calls `execArgv` are switches of Chromium. */
export function jsFlags(option: string): string {
  return `--js-flags=${option}`;
}

/** Nothing of the engine's environment, no arguments, and streams that lead nowhere. */
export function helperOptions(serviceName: string, env: Readonly<Record<string, string | undefined>>): ForkOptions {
  const system = env['SystemRoot'];
  return { serviceName, execArgv: [jsFlags(YOUNG_ROOM)], stdio: 'ignore', env: { TZ: 'UTC', ...(system === undefined ? {} : { SystemRoot: system }) } };
}

export interface HelperOptions {
  readonly fork: (name: HelperName) => UtilityProcess;
  readonly newChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>;
  readonly later: (work: () => void, ms: number) => void;
  /** To the engine that asked. */
  readonly tell: (message: ToEngine, ports: MessagePortMain[]) => void;
}

export interface Helpers {
  take(message: Extract<FromEngine, { readonly type: `helper.${string}` }>): void;
  /** The engine is gone: so are they, and nobody is told. */
  endAll(): void;
}

/** A process that has not come up by then does not count on, ms: not each failure to start one is told by an `exit`. */
const START = 30_000;

/** The processes of one engine. */
export function helpersOf({ fork, newChannel, later, tell }: HelperOptions): Helpers {
  const running = new Map<number, UtilityProcess>();
  const gone = (id: number, how: string): void => {
    if (running.delete(id)) tell({ type: 'helper.ended', id, how }, []);
  };

  const start = (id: number, name: HelperName): void => {
    const child = fork(name);
    const { port1, port2 } = newChannel();
    running.set(id, child);
    child.on('spawn', () => {
      // It was given up before it was there.
      if (running.get(id) !== child) return void child.kill();
      child.postMessage(null, [port1]);
      tell({ type: 'helper.started', id, pid: child.pid ?? 0 }, [port2]);
    });
    // Without a listener it would be thrown here. The exit that follows is what counts.
    child.on('error', () => undefined);
    child.on('exit', (code) => gone(id, `exit code ${code}`));
    later(() => {
      if (child.pid === undefined) gone(id, `not started within ${START / 1_000} s`);
    }, START);
  };

  return {
    take: (message) => {
      if (message.type === 'helper.end') {
        const child = running.get(message.id);
        // One that is not there yet cannot be ended; it is when it comes.
        if (child?.pid === undefined) gone(message.id, 'ended before it was started');
        else child.kill();
      } else if (!running.has(message.id)) start(message.id, message.name);
    },
    endAll: () => {
      const children = [...running.values()];
      running.clear();
      for (const child of children) child.kill();
    },
  };
}
