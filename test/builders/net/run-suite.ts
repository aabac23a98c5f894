import { systemClock } from '../../../src/engine/clock.ts';
import { limitCases } from '../../suites/lake-limits.ts';
import { placeCases } from '../../suites/lake-place.ts';
import { Office } from '../lake/office.ts';

/** Runs a suite of places without a test runner: `run-suite.ts place|limits LOCAL LAKE`. Prints a line of JSON for each case; after one that failed the others still run. */
const [, , suite = '', local = '', lake = ''] = process.argv;
const office = new Office(local, lake);
for (const { name, run } of suite === 'limits' ? limitCases : placeCases) {
  const began = systemClock.monotonic();
  const error = await run(office).then(
    () => null,
    (caught: unknown) => (caught instanceof Error ? `${caught.stack ?? caught.message}${caught.cause === undefined ? '' : `\ncaused by ${String(caught.cause)}`}` : String(caught)),
  );
  process.stdout.write(`${JSON.stringify({ name, error, ms: Math.round(systemClock.monotonic() - began) })}\n`);
}
