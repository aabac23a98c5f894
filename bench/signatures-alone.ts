import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/**
 * The least that checking a ledger can take: OpenSSL's ECDSA P-256 verification of as many signatures as it has entries, on all cores, and nothing else.
 * `node bench/signatures-alone.ts COUNT`
 */
const MESSAGE_BYTES = 600;

if (isMainThread) {
  const each = Math.ceil(Number(process.argv[2]) / availableParallelism());
  for (let thread = 0; thread < availableParallelism(); thread++) new Worker(new URL(import.meta.url), { workerData: each });
} else {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = Buffer.alloc(MESSAGE_BYTES, 'entry');
  const signature = sign('sha256', message, privateKey);
  for (let n = 0; n < Number(workerData); n++) if (!verify('sha256', message, publicKey, signature)) throw new Error('a good signature was refused');
}
