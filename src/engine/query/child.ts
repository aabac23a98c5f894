import { enableCompileCache, flushCompileCache } from 'node:module';
import { starterOf } from '../../contract/helper-process.ts';
import type { HelperProcess } from '../../contract/helper-process.ts';
import type { Order } from './protocol.ts';

/** Entry of the query process: answers the engine's orders until the engine is gone. */

// Half of the time that a start takes is the compiling of the same hundred files.
enableCompileCache();
// What DuckDB lays down beside its memory is for this account alone.
process.umask(0o077);
void start();

async function start(): Promise<void> {
  const starting = starterOf(process as HelperProcess);
  // Loaded only now, so that the cache is used for them.
  const { DuckDBInstance } = await import('duckdb');
  const { serve } = await import('./serve.ts');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const engine = await starting;
  const take = serve(connection, (answer) => engine.send(answer));
  // A statement may be running in other threads, which an orderly exit would wait for.
  engine.onGone(() => process.kill(process.pid, 'SIGKILL'));
  engine.listen((order) => take(order as Order));
  // This process is ended, it does not exit, which is when the cache would be written.
  flushCompileCache();
}
