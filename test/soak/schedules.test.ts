import { afterAll, beforeAll, expect, it } from 'vitest';
import { SchedulePlace } from '../builders/fault/schedule-trial.ts';
import { seedsWanted } from '../builders/fault/seeds.ts';

let place: SchedulePlace;
beforeAll(async () => {
  place = await SchedulePlace.make();
});
afterAll(() => place.remove());

it.each(['journaled', 'share'] as const)('20,000 schedules of two and three writers on a place that is %s lose nothing and double nothing', async (kind) => {
  const seeds = seedsWanted(20_000);
  const { steps, acknowledged, killed, misled } = await place.run(seeds, kind);
  console.info(`${seeds.length} schedules on ${kind}: ${steps} steps, ${acknowledged} acts acknowledged, ${killed} writers killed, ${misled} misled by a lost reply`);
  expect(acknowledged).toBeGreaterThan(seeds.length);
});
