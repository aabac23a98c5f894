import type { ChildProcess } from 'node:child_process';
import type { MessagePort, Worker } from 'node:worker_threads';
import type { Wire, WireMessage } from '../contract/wire/index.ts';

/** Wires over what Node has between its threads and processes. */

/** Over a port of worker_threads, or over the worker itself. Bytes are moved, not copied. */
export function threadWire(port: MessagePort | Worker): Wire {
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen: (listener) => void port.on('message', (message: WireMessage) => listener(message)),
    onClose: (listener) => void port.once('close', listener).once('exit', listener),
  };
}

/** Over a child process, or, in the child, over `process`. Both ends need `serialization: 'advanced'`. */
export function processWire(end: ChildProcess | NodeJS.Process): Wire {
  const send = (message: WireMessage): void => {
    // A message to an end that has just gone is lost like one that arrives there too late; `onClose` tells of it.
    if (end.connected === true) end.send?.(message, undefined, undefined, () => undefined);
  };
  return {
    post: send,
    listen: (listener) => void end.on('message', (message) => listener(message as WireMessage)),
    onClose: (listener) => {
      if (end.connected !== true) listener();
      else end.once('disconnect', listener);
    },
  };
}
