import { expect, it } from 'vitest';
import { appendAtOnce } from '../builders/fault/appends.ts';

it.each([1, 4, 8])('eight processes of %i stations with 1,000 acts each on one lake leave no gap, lose nothing and double nothing', async (stations) => {
  const { seconds } = await appendAtOnce(8, 1_000, stations);
  console.info(`8,000 acts of 8 processes: ${seconds.toFixed(1)} s, ${Math.round(8000 / seconds)} a second`);
  expect(seconds).toBeGreaterThan(0);
});
