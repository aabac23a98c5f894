import { afterAll, beforeAll, it } from 'vitest';
import { failCalls } from '../builders/fault/campaign.ts';
import { FaultPlace } from '../builders/fault/fault-place.ts';
import { actScenarios, commitScenarios, manyScenario } from '../builders/fault/scenarios.ts';
import { saveTemplates } from '../builders/fault/templates.ts';

/** Each write call of every act fails in each of ten ways. */

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  await saveTemplates(place);
});
afterAll(() => place.remove());

it.each([...commitScenarios, ...actScenarios, manyScenario].map((scenario) => [scenario.name, scenario] as const))(
  'nothing acknowledged is lost and the command can be given again, however a call fails: %s',
  (_, scenario) => failCalls(place, scenario, 'every way'),
);
