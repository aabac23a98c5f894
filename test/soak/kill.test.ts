import { expect, it } from 'vitest';
import { KillPlace } from '../builders/fault/kill.ts';
import { numbersFrom } from '../builders/fault/numbers.ts';

it('an ingest that is killed at 500 random moments leaves a whole lake, and goes on where it was when it is given again', async () => {
  const place = await KillPlace.make(numbersFrom(Date.now()));
  try {
    const moments: string[] = [];
    let resumed = 0;
    for (let lake = 0; moments.length < 500; lake++) {
      // Up to four attempts of one ingest are killed before one goes through.
      const end = await place.trial(Math.min(1 + (lake % 4), 500 - moments.length));
      moments.push(...end.moments);
      if (end.resumed > 0) resumed++;
    }
    const counts = Object.entries(Object.groupBy(moments, (moment) => moment)).map(([moment, all]) => `${moment} ${all?.length ?? 0}`);
    console.info(`500 kills of a command line: ${counts.join(', ')}; ${resumed} ingests went on with files that were there`);
    expect(resumed).toBeGreaterThan(50);
  } finally {
    await place.remove();
  }
});
