import { EventEmitter } from 'node:events';

/** Loaded into a child before its own file: gives it a `process.parentPort` as Electron does. What comes early waits for a listener, or for `start`. */

interface Relayed {
  readonly to: 'parentPort' | 'port';
  readonly data: unknown;
  readonly ports: number;
}

class Patient extends EventEmitter {
  readonly #waiting: unknown[] = [];
  #isOpen = false;
  deliver(event: unknown): void {
    if (this.#isOpen) this.emit('message', event);
    else this.#waiting.push(event);
  }
  start(): void {
    this.#isOpen = true;
    for (const event of this.#waiting.splice(0)) this.emit('message', event);
  }
  postMessage(message: unknown): void {
    process.send?.(message);
  }
}

const port = new Patient();
const parentPort = new Patient();
parentPort.on('newListener', () => setImmediate(() => parentPort.start()));
process.on('message', ({ to, data, ports }: Relayed) => (to === 'port' ? port.deliver({ data }) : parentPort.deliver({ data, ports: ports === 0 ? [] : [port] })));
process.on('disconnect', () => port.emit('close'));
Object.assign(process, { parentPort });
