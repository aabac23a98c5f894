import { afterAll, beforeAll, describe, it } from 'vitest';
import { failCalls } from '../builders/fault/campaign.ts';
import { FaultPlace } from '../builders/fault/fault-place.ts';
import { commitScenarios, manyScenario } from '../builders/fault/scenarios.ts';
import { saveTemplates } from '../builders/fault/templates.ts';

/**
 * Each write call of putting files and committing them fails in turn: test/builders/fault/trial.ts says what must hold then. Here each call fails in one of
 * ten ways; `npm run soak` fails each in all of them.
 */

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  await saveTemplates(place);
});
afterAll(() => place.remove());

describe('with a disk that fails at one call', () => {
  it.each(commitScenarios.map((scenario) => [scenario.name, scenario] as const))('nothing acknowledged is lost and the command can be given again: %s', { timeout: 600_000 }, (_, scenario) =>
    failCalls(place, scenario, 'one way'),
  );

  it(`nothing acknowledged is lost and the command can be given again: ${manyScenario.name}`, { timeout: 600_000 }, () => failCalls(place, manyScenario, 'samples'));
});
