import type { MessageChannelMain, MessagePortMain, UtilityProcess } from 'electron/main';
import { FromEngine } from '../contract/engine-messages.ts';
import type { ToEngine, WindowState } from '../contract/engine-messages.ts';
import type { HelperName } from '../contract/helper-process.ts';
import type { Fetch } from '../contract/api/index.ts';
import type { EngineState } from '../contract/window-host.ts';
import { wireFetch } from '../contract/wire/index.ts';
import type { Wire, WireMessage } from '../contract/wire/index.ts';
import { helpersOf } from './helpers.ts';
import { waitBeforeRestart } from './restarts.ts';

export interface SupervisorOptions {
  readonly fork: () => UtilityProcess;
  /** Starts a process that the engine asks for. */
  readonly forkHelper: (name: HelperName) => UtilityProcess;
  readonly newChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>;
  readonly now: () => number;
  readonly later: (work: () => void, ms: number) => void;
  readonly onState: (state: EngineState) => void;
}

export interface Supervisor {
  /** The running engine; null while there is none. */
  readonly engine: () => Fetch | null;
  /** Where its log is, and what it said last, for a person who looks for the reason. */
  readonly lastWords: () => { readonly log: string | null; readonly words: string };
  remember(file: string, state: WindowState): void;
  /** Lets the engine come to a safe place, at most `ms`, and ends it. It is not started again. */
  stop(ms: number): Promise<void>;
}

/** Lines of an engine's error output that are kept. */
const KEPT = 16_384;

/** Starts the engine's process, and again when it ends: at once calls that wait are told, and later ones go to the new one. */
export function supervise({ fork, forkHelper, newChannel, now, later, onState }: SupervisorOptions): Supervisor {
  const ended: number[] = [];
  let process: UtilityProcess | null = null;
  let fetch: Fetch | null = null;
  let log: string | null = null;
  let words = '';
  let isStopping = false;
  let drained: () => void = () => undefined;

  const post = (message: ToEngine, ports: MessagePortMain[] = []): void => process?.postMessage(message, ports);

  const begin = (): void => {
    if (isStopping) return;
    onState('starting');
    const child = fork();
    const helpers = helpersOf({ fork: forkHelper, newChannel, later, tell: (message, ports) => child.postMessage(message, ports) });
    const { port1, port2 } = newChannel();
    const gone: (() => void)[] = [];
    process = child;
    fetch = wireFetch(portWire(port1, (listener) => void gone.push(listener)));
    port1.start();
    if (words !== '') post({ type: 'note', words: `The engine before this one ended: ${words}` });
    post({ type: 'attach' }, [port2]);
    let said = '';
    child.stderr?.on('data', (piece: Buffer) => (said = `${said}${piece.toString('utf8')}`.slice(-KEPT)));
    child.on('message', (data: unknown) => {
      const message = FromEngine.safeParse(data);
      if (!message.success) return;
      if (message.data.type === 'ready') {
        log = message.data.log;
        onState('running');
      } else if (message.data.type === 'refused') said = message.data.words;
      else if (message.data.type === 'drained') drained();
      else helpers.take(message.data);
      // One that could not begin is of no use; it ends, and is tried again.
      if (message.data.type === 'refused') child.kill();
    });
    // Without a listener it would be thrown in this process. The exit that follows is what counts.
    child.on('error', (type, location) => (said = `${said}${type} at ${location}\n`.slice(-KEPT)));
    child.on('exit', (code) => {
      helpers.endAll();
      words = said === '' ? `It ended with code ${code}.` : said;
      process = null;
      fetch = null;
      for (const listener of gone) listener();
      drained();
      if (isStopping) return;
      ended.push(now());
      const wait = waitBeforeRestart(ended);
      onState(wait === null ? 'gone' : 'lost');
      if (wait !== null) later(begin, wait);
    });
  };
  begin();

  return {
    engine: () => fetch,
    lastWords: () => ({ log, words }),
    remember: (file, state) => post({ type: 'remember', file, state }),
    stop: async (ms) => {
      isStopping = true;
      if (process === null) return;
      await new Promise<void>((resolve) => {
        drained = resolve;
        later(resolve, ms + 1_000);
        post({ type: 'drain', ms });
      });
      process?.kill();
    },
  };
}

/** A wire over Electron's port. It copies bytes. That the other process ended is told by its `exit` too, in case the port does not say so. */
function portWire(port: MessagePortMain, onExit: (listener: () => void) => void): Wire {
  return {
    post: (message) => port.postMessage(message),
    listen: (listener) => void port.on('message', ({ data }) => listener(data as WireMessage)),
    onClose: (listener) => {
      let isTold = false;
      const tell = (): void => {
        if (isTold) return;
        isTold = true;
        listener();
      };
      port.on('close', tell);
      onExit(tell);
    },
  };
}
