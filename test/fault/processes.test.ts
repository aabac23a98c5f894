import { expect, it } from 'vitest';
import { appendAtOnce } from '../builders/fault/appends.ts';

it('eight processes of two stations with 125 acts each on one lake leave no gap, lose nothing and double nothing', { timeout: 300_000 }, async () => {
  const { seconds } = await appendAtOnce(8, 125, 2);
  console.info(`1,000 acts of 8 processes: ${seconds.toFixed(1)} s, ${Math.round(1000 / seconds)} a second`);
  expect(seconds).toBeGreaterThan(0);
});
