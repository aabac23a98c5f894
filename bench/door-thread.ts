import { parentPort, workerData } from 'node:worker_threads';
import { serveWire } from '../src/contract/wire/index.ts';
import { openDoorHere } from '../src/host/index.ts';
import { threadWire } from '../src/host/wires.ts';

/** The door in a thread, answered over its port: what door.bench.ts measures as the way of the desktop window. */
const { profile, lake } = workerData as { readonly profile: string; readonly lake: string };
const port = parentPort;
if (port !== null) {
  const door = await openDoorHere({ profile, home: null, lake, localPaths: true });
  serveWire(threadWire(port), (request) => door.fetch(request));
  port.postMessage('open');
}
