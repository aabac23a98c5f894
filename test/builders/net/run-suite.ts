import { systemClock } from '../../../src/engine/clock.ts';
import { limitCases } from '../../suites/lake-limits.ts';
import { placeCases } from '../../suites/lake-place.ts';
import { Office } from '../lake/office.ts';

/**
 * Runs a suite of places without a test runner: `run-suite place|limits LOCAL LAKE PROGRAM`. Prints a line of JSON for each case; after one that failed the others
 * still run.
 */
async function runSuite(suite: string, local: string, lake: string, program: string): Promise<void> {
  const office = new Office(local, lake);
  for (const { name, run } of suite === 'limits' ? limitCases : placeCases) {
    const began = systemClock.monotonic();
    const error = await run(office, program).then(() => null, told);
    process.stdout.write(`${JSON.stringify({ name, error, ms: Math.round(systemClock.monotonic() - began) })}\n`);
  }
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${String(error.cause)}`}`;
}

const [, , suite = '', local = '', lake = '', program = ''] = process.argv;
// Without arguments it only loads, which fills the cache of compiled code.
if (suite !== '') void runSuite(suite, local, lake, program);
