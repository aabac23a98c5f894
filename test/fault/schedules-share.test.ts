import { afterAll, beforeAll, expect, it } from 'vitest';
import { SchedulePlace } from '../builders/fault/schedule-trial.ts';
import { seedsWanted } from '../builders/fault/seeds.ts';

let place: SchedulePlace;
beforeAll(async () => {
  place = await SchedulePlace.make();
});
afterAll(() => place.remove());

it('two and three writers on a share, stopped before any durable step, lose nothing and double nothing', { timeout: 600_000 }, async () => {
  const seeds = seedsWanted(125);
  const { steps, acknowledged, killed, misled } = await place.run(seeds, 'share');
  console.info(`${seeds.length} schedules on a share: ${steps} steps, ${acknowledged} acts acknowledged, ${killed} writers killed, ${misled} misled by a lost reply`);
  expect(acknowledged).toBeGreaterThan(seeds.length);
});
