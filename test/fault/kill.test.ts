import { expect, it } from 'vitest';
import { KillPlace } from '../builders/fault/kill.ts';
import { numbersFrom } from '../builders/fault/numbers.ts';

it('an ingest that is killed at 20 random moments leaves a whole lake, and goes on where it was when it is given again', { timeout: 300_000 }, async () => {
  const place = await KillPlace.make(numbersFrom(Date.now()));
  try {
    const moments: string[] = [];
    let resumed = 0;
    for (let lake = 0; lake < 10; lake++) {
      const end = await place.trial(2);
      moments.push(...end.moments);
      if (end.resumed > 0) resumed++;
    }
    const counts = Object.entries(Object.groupBy(moments, (moment) => moment)).map(([moment, all]) => `${moment} ${all?.length ?? 0}`);
    console.info(`20 kills of a command line: ${counts.join(', ')}; ${resumed} of 10 went on with files that were there`);
    expect(moments).toHaveLength(20);
  } finally {
    await place.remove();
  }
});
