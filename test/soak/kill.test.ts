import { expect, it } from 'vitest';
import { KillPlace } from '../builders/fault/kill.ts';
import { numbersFrom } from '../builders/fault/numbers.ts';

const KILLS = Number(process.env['HMS_KILLS'] ?? 500);

it(`an ingest that is killed at ${KILLS} random moments leaves a whole lake, and goes on where it was when it is given again`, async () => {
  const place = await KillPlace.make(numbersFrom(Date.now()));
  try {
    const moments: string[] = [];
    let resumed = 0;
    for (let lake = 0; moments.length < KILLS; lake++) {
      // Up to four attempts of one ingest are killed before one goes through.
      const end = await place.trial(Math.min(1 + (lake % 4), KILLS - moments.length));
      moments.push(...end.moments);
      if (end.resumed > 0) resumed++;
    }
    const counts = Object.entries(Object.groupBy(moments, (moment) => moment)).map(([moment, all]) => `${moment} ${all?.length ?? 0}`);
    console.info(`${moments.length} kills of a command line: ${counts.join(', ')}; ${resumed} ingests went on with files that were there`);
    expect(resumed).toBeGreaterThan(KILLS / 20);
  } finally {
    await place.remove();
  }
});
