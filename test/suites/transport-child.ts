import { serveWire } from '../../src/contract/wire/index.ts';
import { processWire } from '../../src/host/wires.ts';
import { makeHandler } from './transport-handler.ts';

serveWire(processWire(process), makeHandler());
process.once('disconnect', () => process.exit(0));
