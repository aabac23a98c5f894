import { afterAll, beforeAll, it } from 'vitest';
import { failCalls } from '../builders/fault/campaign.ts';
import { FaultPlace } from '../builders/fault/fault-place.ts';
import { actScenarios, commitScenarios, manyScenario } from '../builders/fault/scenarios.ts';
import { isOfLake, saveTables, tableScenarios } from '../builders/fault/table-scenarios.ts';
import { saveTemplates } from '../builders/fault/templates.ts';
import { QueryProcesses } from '../../src/engine/query/index.ts';

/** Each write call of every act fails in each of ten ways. */

let place: FaultPlace;
const processes = new QueryProcesses({ reserve: true });
beforeAll(async () => {
  place = await FaultPlace.make();
  await saveTemplates(place);
  await saveTables(place, processes);
});
afterAll(async () => {
  await processes.close();
  place.remove();
});

it.each([...commitScenarios, ...actScenarios, manyScenario].map((scenario) => [scenario.name, scenario] as const))(
  'nothing acknowledged is lost and the command can be given again, however a call fails: %s',
  (_, scenario) => failCalls(place, scenario, 'every way'),
);

it.each(tableScenarios(processes).map((scenario) => [scenario.name, scenario] as const))('nothing half-true can be seen of tables and the command can be given again, whichever call fails: %s', (_, scenario) =>
  failCalls(place, scenario, 'each call', isOfLake),
);
