import { parentPort } from 'node:worker_threads';
import { readBatch } from '../lake/leaf-batch.ts';

/** Entry of the thread that reads a long ledger on a share: it is given folders of entries, and answers what is in them. */

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread; it does nothing by itself.');
port.on('message', (folders: readonly string[]) => {
  const packed = readBatch(folders);
  port.postMessage(packed, [packed.bytes.buffer as ArrayBuffer, packed.lengths.buffer as ArrayBuffer]);
});
