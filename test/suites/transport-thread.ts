import { parentPort } from 'node:worker_threads';
import { serveWire } from '../../src/contract/wire/index.ts';
import { threadWire } from '../../src/host/wires.ts';
import { makeHandler } from './transport-handler.ts';

if (parentPort !== null) serveWire(threadWire(parentPort), makeHandler());
