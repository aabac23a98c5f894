import type { FromEngine, ToEngine } from '../contract/engine-messages.ts';
import type { Child, ChildEvents, Spawner } from '../engine/lake/index.ts';

/** The engine's end of processes that the main process starts for it: a utilityProcess of Electron cannot start another. */

/** A port of Electron's, as far as it is used here. */
export interface HelperPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

export interface WindowHelpers {
  readonly spawner: Spawner;
  /** Takes what main says about a process. `port`: leads to it, with `helper.started`. */
  take(message: Extract<ToEngine, { readonly type: `helper.${string}` }>, port: HelperPort | undefined): void;
}

/** `tell`: to the main process. */
export function windowHelpers(tell: (message: FromEngine) => void): WindowHelpers {
  const running = new Map<number, WindowChild>();
  let last = 0;
  return {
    spawner: ({ name }, events) => {
      const id = ++last;
      const child = new WindowChild(events, () => tell({ type: 'helper.end', id }));
      running.set(id, child);
      tell({ type: 'helper.start', id, name });
      return child;
    },
    take: (message, port) => {
      const child = running.get(message.id);
      if (message.type === 'helper.started') {
        if (child !== undefined && port !== undefined) child.started(message.pid, port);
        else port?.close();
      } else if (running.delete(message.id)) child?.ended(message.how);
    },
  };
}

/** One that may not be there yet: what is sent to it waits. */
class WindowChild implements Child {
  pid = 0;
  readonly #events: ChildEvents;
  readonly #end: () => void;
  readonly #waiting: unknown[] = [];
  #port: HelperPort | null = null;

  constructor(events: ChildEvents, end: () => void) {
    this.#events = events;
    this.#end = end;
  }

  started(pid: number, port: HelperPort): void {
    this.pid = pid;
    this.#port = port;
    port.on('message', ({ data }) => this.#events.onMessage(data));
    port.start();
    for (const message of this.#waiting.splice(0)) port.postMessage(message);
  }

  ended(how: string): void {
    this.#port?.close();
    this.#events.onExit(how);
  }

  send(message: unknown): void {
    if (this.#port === null) this.#waiting.push(message);
    else this.#port.postMessage(message);
  }

  kill(): void {
    this.#end();
  }
}
