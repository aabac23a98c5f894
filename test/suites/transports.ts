import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { serveWire, wireFetch } from '../../src/contract/wire/index.ts';
import type { Wire, WireMessage } from '../../src/contract/wire/index.ts';
import { listen } from '../../src/host/loopback.ts';
import { processWire, threadWire } from '../../src/host/wires.ts';
import type { Transport } from './door/asking.ts';
import { makeHandler } from './transport-handler.ts';

const file = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** Two ends in one process: messages come in order, each in a turn of its own. */
function memoryWires(): { near: Wire; far: Wire; cut(): void } {
  const listeners: { near?: (message: WireMessage) => void; far?: (message: WireMessage) => void } = {};
  const closers: (() => void)[] = [];
  const end = (mine: 'near' | 'far', other: 'near' | 'far'): Wire => ({
    post: (message) => void setImmediate(() => listeners[other]?.(message)),
    listen: (listener) => {
      listeners[mine] = listener;
    },
    onClose: (listener) => void closers.push(listener),
  });
  return { near: end('near', 'far'), far: end('far', 'near'), cut: () => closers.forEach((close) => close()) };
}

/** Every way that the door is reached, by the name that a test says. */
export const transports: Readonly<Record<string, () => Promise<Transport>>> = {
  memory: () => {
    const { near, far, cut } = memoryWires();
    serveWire(far, makeHandler());
    return Promise.resolve({
      base: 'app://hms/api',
      fetch: wireFetch(near),
      kill: () => Promise.resolve(cut()),
      close: () => Promise.resolve(),
    });
  },

  'a message port': () => {
    const { port1, port2 } = new MessageChannel();
    serveWire(threadWire(port2), makeHandler());
    const kill = async (): Promise<void> => {
      const closed = once(port1, 'close');
      port2.close();
      await closed;
    };
    return Promise.resolve({ base: 'app://hms/api', fetch: wireFetch(threadWire(port1)), kill, close: () => Promise.resolve(port1.close()) });
  },

  'a thread': () => {
    const worker = new Worker(file('transport-thread.ts'));
    const kill = async (): Promise<void> => void (await worker.terminate());
    return Promise.resolve({ base: 'app://hms/api', fetch: wireFetch(threadWire(worker)), kill, close: kill });
  },

  'a child process': () => {
    const child = fork(file('transport-child.ts'), { serialization: 'advanced', execArgv: [] });
    const ended = once(child, 'exit');
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    };
    return Promise.resolve({ base: 'app://hms/api', fetch: wireFetch(processWire(child)), kill, close: kill });
  },

  HTTP: async () => {
    const token = 'a-token-of-this-test';
    const loopback = await listen({ fetch: makeHandler(), routes: [], token, port: 0, screens: null });
    return {
      base: `${loopback.origin}/api`,
      fetch: (request) => {
        request.headers.set('authorization', `Bearer ${token}`);
        return fetch(request);
      },
      kill: null,
      close: () => loopback.close(0),
    };
  },
};
