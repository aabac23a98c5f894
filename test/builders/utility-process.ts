import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { MessageChannelMain, UtilityProcess } from 'electron/main';

/** Electron's utilityProcess and its ports, made of a child of Node and ports of Node: the process behind it is a real one. */

/** A port of Node's in the form of Electron's: the listener gets an event, and nothing comes before `start`. */
export interface ElectronPort {
  on(name: 'message' | 'close', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

export function electronPort(port: MessagePort): ElectronPort {
  const heard: ((data: unknown) => void)[] = [];
  return {
    on: (name, listener) => {
      if (name === 'close') port.on('close', () => listener({ data: undefined }));
      else heard.push((data) => listener({ data }));
    },
    postMessage: (message) => port.postMessage(message),
    start: () => void port.on('message', (data: unknown) => heard.forEach((listener) => listener(data))),
    close: () => port.close(),
  };
}

export function electronChannel(): Pick<MessageChannelMain, 'port1' | 'port2'> {
  const { port1, port2 } = new MessageChannel();
  return { port1: electronPort(port1), port2: electronPort(port2) } as unknown as Pick<MessageChannelMain, 'port1' | 'port2'>;
}

/** Runs `file` with a `process.parentPort`; a port that is handed over is carried on over the child's channel. */
class UtilityStandIn extends EventEmitter {
  pid: number | undefined;
  readonly #child: ChildProcess;

  constructor(file: string) {
    super();
    const parentPort = new URL('utility-parent-port.ts', import.meta.url).href;
    this.#child = fork(file, [], { execArgv: ['--import', parentPort], env: { TZ: 'UTC' }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    this.#child.on('spawn', () => {
      this.pid = this.#child.pid;
      this.emit('spawn');
    });
    this.#child.on('exit', (code, signal) => {
      this.pid = undefined;
      this.emit('exit', code ?? (signal === 'SIGTERM' ? 15 : 9));
    });
  }

  postMessage(data: unknown, ports: readonly ElectronPort[] = []): void {
    const [port] = ports;
    this.#child.send({ to: 'parentPort', data, ports: ports.length });
    if (port === undefined) return;
    port.on('message', (event) => void (this.#child.connected && this.#child.send({ to: 'port', data: event.data }, () => undefined)));
    port.start();
    this.#child.on('message', (message) => port.postMessage(message));
  }

  /** As Electron does it: SIGTERM. */
  kill(): boolean {
    return this.pid !== undefined && this.#child.kill();
  }
}

export function utilityStandIn(file: URL): UtilityProcess {
  return new UtilityStandIn(fileURLToPath(file)) as unknown as UtilityProcess;
}
