import { join } from 'node:path';
import { FromEngine, ToEngine } from '../contract/engine-messages.ts';
import { HmsError } from '../contract/index.ts';
import { serveWire } from '../contract/wire/index.ts';
import type { Wire, WireMessage } from '../contract/wire/index.ts';
import { systemClock } from '../engine/clock.ts';
import type { Door } from '../engine/door.ts';
import { profileFolder } from '../engine/keys/index.ts';
import { durableOn, placeOf, systemDisk } from '../engine/lake/index.ts';
import { openDoorHere } from './door-here.ts';
import { logFile, logInto } from './log-file.ts';
import { homeFolder } from './places.ts';
import { windowHelpers } from './window-helpers.ts';

/** Entry of the engine's process under Electron: the door behind the ports that the main process hands over. Runs on import. */

/** The little of Electron's `process.parentPort` and its ports that is used here. */
interface Port {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown; readonly ports: readonly Port[] }) => void): void;
  postMessage(message: unknown): void;
}

void start((process as NodeJS.Process & { readonly parentPort?: ParentPort }).parentPort);

async function start(parent: ParentPort | undefined): Promise<void> {
  if (parent === undefined) {
    process.stderr.write('This file is started by the desktop window; "hms dta serve" is for everything else.\n');
    process.exitCode = 2;
    return;
  }
  const tell = (message: FromEngine): void => parent.postMessage(message);
  const profile = profileFolder(process.env);
  const log = logInto(logFile(profile, 'engine'));
  const helpers = windowHelpers(tell);
  let door: Promise<Door> | null = null;
  parent.on('message', ({ data, ports }) => {
    const message = ToEngine.parse(data);
    const [port] = ports;
    if (message.type === 'note') log(message.words);
    else if (message.type === 'remember') void remember(message.file, JSON.stringify(message.state)).catch((error: unknown) => log('The place of the window was not kept.', error));
    else if (message.type === 'drain') void drain(door, message.ms).finally(() => tell({ type: 'drained' }));
    else if (message.type === 'helper.started' || message.type === 'helper.ended') helpers.take(message, port);
    else if (port !== undefined) attach(port, () => door);
  });
  try {
    door = openDoorHere({ profile, home: homeFolder(process.env), localPaths: true, log, spawner: helpers.spawner });
    await door;
    tell({ type: 'ready', log: logFile(profile, 'engine') });
  } catch (error) {
    log('The door could not be opened.', error);
    tell({ type: 'refused', words: error instanceof HmsError ? [error.message, error.kept, error.next].filter((text) => text !== undefined).join(' ') : 'The program could not begin.' });
  }
}

function attach(port: Port, door: () => Promise<Door> | null): void {
  serveWire(wireOf(port), async (request) => {
    const open = await door();
    if (open === null) throw new Error('The door is not open.');
    return open.fetch(request);
  });
  port.start();
}

function wireOf(port: Port): Wire {
  return {
    // Electron's ports copy bytes; they cannot be moved.
    post: (message) => port.postMessage(message),
    listen: (listener) => port.on('message', ({ data }) => listener(data as WireMessage)),
    onClose: (listener) => port.on('close', listener),
  };
}

async function drain(door: Promise<Door> | null, ms: number): Promise<void> {
  const open = await door;
  await open?.drain(ms);
  await open?.close();
}

async function remember(file: string, text: string): Promise<void> {
  const folder = join(file, '..');
  const durable = durableOn(systemDisk, await placeOf(folder), systemClock);
  await durable.replaceDerived(file, () => Buffer.from(text), folder);
}
