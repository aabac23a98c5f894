import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failCalls } from '../builders/fault/campaign.ts';
import { FaultPlace } from '../builders/fault/fault-place.ts';
import { allPrimitives, ON_SHARES } from '../builders/fault/faulty-disk.ts';
import { actScenarios, commitScenarios, manyScenario } from '../builders/fault/scenarios.ts';
import { saveTemplates } from '../builders/fault/templates.ts';
import { callsOf } from '../builders/fault/trial.ts';

/**
 * Each write call of the other acts fails in turn, in one of ten ways; `npm run soak` fails each in all of them. And no write primitive is left that no
 * scenario reaches, but those that every-call-on-a-share.test.ts reaches.
 */

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  await saveTemplates(place);
});
afterAll(() => place.remove());

describe('with a disk that fails at one call', () => {
  it.each(actScenarios.map((scenario) => [scenario.name, scenario] as const))('nothing acknowledged is lost and the command can be given again: %s', { timeout: 600_000 }, (_, scenario) =>
    failCalls(place, scenario, 'one way'),
  );
});

it('the scenarios reach every write primitive that the engine has on a local disk', { timeout: 60_000 }, async () => {
  const reached = new Set<string>();
  for (const scenario of [...commitScenarios, manyScenario, ...actScenarios]) for (const call of await callsOf(place, scenario)) reached.add(call.primitive);
  expect((await allPrimitives(join(place.base, 'primitive'))).filter((name) => !reached.has(name))).toEqual(ON_SHARES);
});
