import { enableCompileCache, flushCompileCache } from 'node:module';
import type { Answer, Order } from './protocol.ts';

/** Entry of the query process. It is started by `spawn.ts`, or by Electron as a utilityProcess, and answers orders until its parent is gone. */

/** How Electron lets a utilityProcess talk. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: Order }) => void): void;
  postMessage(message: Answer): void;
}

const { parentPort } = process as { readonly parentPort?: ParentPort };

// Half of the time that a start takes is the compiling of the same hundred files.
enableCompileCache();
// What DuckDB lays down beside its memory is for this account alone.
process.umask(0o077);
void start();

async function start(): Promise<void> {
  // Loaded only now, so that the cache is used for them.
  const { DuckDBInstance } = await import('duckdb');
  const { serve } = await import('./serve.ts');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  if (parentPort !== undefined) {
    const take = serve(connection, (answer) => parentPort.postMessage(answer));
    parentPort.on('message', ({ data }) => take(data));
  } else {
    const take = serve(connection, (answer) => void process.send?.(answer));
    process.on('message', (order) => take(order as Order));
    // A statement may be running in other threads, which an orderly exit would wait for.
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  }
  // This process is ended, it does not exit, which is when the cache would be written.
  flushCompileCache();
}
