import type { DuckDBConnection } from 'duckdb';
import type { Answer } from './protocol.ts';

/** Progress is told this often, ms. */
const TELL_EVERY_MS = 200;

/** Tells how far the statement is that runs, until the interval is cleared. Nothing where the process was not opened to know. */
export function tellProgress(connection: DuckDBConnection, answer: (answer: Answer) => void): NodeJS.Timeout {
  return setInterval(() => {
    const { percentage } = connection.progress;
    if (percentage >= 0) answer({ is: 'progress', share: Math.min(1, percentage / 100) });
  }, TELL_EVERY_MS);
}
