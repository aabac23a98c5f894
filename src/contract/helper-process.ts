/** Processes that the engine starts for one purpose each, and how such a process finds whoever started it. */

/** What can be started, and nothing else: people's statements, and the race that shows whether a place keeps two writers apart. */
export const helperNames = ['query', 'probe'] as const;
export type HelperName = (typeof helperNames)[number];

/**
 * The option by which V8 keeps two halves of so many MB for young objects. Of itself it took 104 MB for them in a program that received drops, and gave none of it back. V8 heeds it at the start
 * only: by `v8.setFlagsFromString` it changes nothing. The engine and its processes are started with it; `bin/hms.mjs` says the same for `hms dta serve`.
 */
export const YOUNG_ROOM = '--max-semi-space-size=4';

/** The engine, as a process that it started sees it. Messages are structured clones and keep their order. */
export interface Starter {
  send(message: unknown): void;
  /** Messages that came before are given to the first listener. */
  listen(listener: (message: unknown) => void): void;
  /** Called once when the engine is gone. */
  onGone(listener: () => void): void;
}

/** A port of Electron's: an event carries what was sent, and nothing comes before `start`. */
interface ElectronPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
}

/** The little of a process that is used here: a child of Node has `send`, a utilityProcess of Electron has `parentPort`. */
export interface HelperProcess {
  readonly parentPort?: { once(event: 'message', listener: (event: { readonly ports: readonly unknown[] }) => void): unknown };
  readonly send?: ((message: unknown) => unknown) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/**
 * The connection to the engine. Node's own channel, or under Electron the port that the main process hands over with its first message: it connects this process
 * with the engine's, so that what they say to each other does not pass through the main process. Rejects where neither is there.
 */
export async function starterOf(process: HelperProcess): Promise<Starter> {
  const { parentPort } = process;
  if (parentPort === undefined) {
    if (process.send === undefined) throw new Error('This file is started by the engine.');
    return {
      send: (message) => void process.send?.(message),
      listen: (listener) => void process.on('message', listener),
      onGone: (listener) => void process.once('disconnect', listener),
    };
  }
  const port = await new Promise<ElectronPort>((resolve) => parentPort.once('message', ({ ports }) => resolve(ports[0] as ElectronPort)));
  return {
    send: (message) => port.postMessage(message),
    listen: (listener) => {
      port.on('message', ({ data }) => listener(data));
      port.start();
    },
    onGone: (listener) => void port.on('close', listener),
  };
}
