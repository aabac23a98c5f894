import { afterAll, beforeAll, describe, it } from 'vitest';
import { initLake } from '../../src/engine/init.ts';
import { QueryProcesses } from '../../src/engine/query/index.ts';
import { failCalls } from '../builders/fault/campaign.ts';
import { FaultPlace } from '../builders/fault/fault-place.ts';
import { isOfLake, saveTables, tableScenarios } from '../builders/fault/table-scenarios.ts';

/**
 * Write calls of what becomes of raw drops fail in turn: every seventh, each in another way, because each trial has query processes of its own; `npm run soak` fails each of them. Those to the
 * folder for temporary files, which no other process looks into, are left out.
 */

let place: FaultPlace;
const processes = new QueryProcesses({ reserve: true });
beforeAll(async () => {
  place = await FaultPlace.make();
  const made = await initLake({ ...place.options(), zone: 'America/New_York' });
  await made.lake.close();
  place.save('empty');
  await saveTables(place, processes);
}, 120_000);
afterAll(async () => {
  await processes.close();
  place.remove();
});

describe('with a disk that fails at one call', () => {
  it.each(tableScenarios(processes).map((scenario) => [scenario.name, scenario] as const))('nothing half-true can be seen and the command can be given again: %s', { timeout: 600_000 }, (_, scenario) =>
    failCalls(place, scenario, 'one way', (call) => isOfLake(call) && call.number % 7 === 0),
  );
});
