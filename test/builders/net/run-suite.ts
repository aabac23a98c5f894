import { systemClock } from '../../../src/engine/clock.ts';
import { placeCases } from '../../suites/lake-place.ts';
import { Office } from '../lake/office.ts';

/** Runs the suite of places without a test runner: `run-suite.ts LOCAL LAKE`. Prints a line of JSON for each case; after one that failed the others still run. */
const [, , local = '', lake = ''] = process.argv;
const office = new Office(local, lake);
for (const { name, run } of placeCases) {
  const began = systemClock.monotonic();
  const error = await run(office).then(
    () => null,
    (caught: unknown) => (caught instanceof Error ? (caught.stack ?? caught.message) + (caught.cause === undefined ? '' : `\ncaused by ${String(caught.cause)}`) : String(caught)),
  );
  process.stdout.write(`${JSON.stringify({ name, error, ms: Math.round(systemClock.monotonic() - began) })}\n`);
}
