import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { failCalls } from '../builders/fault/campaign.ts';
import { FaultPlace } from '../builders/fault/fault-place.ts';
import { ON_SHARES } from '../builders/fault/faulty-disk.ts';
import { actScenarios, commitScenarios } from '../builders/fault/scenarios.ts';
import { saveTemplates } from '../builders/fault/templates.ts';
import { callsOf } from '../builders/fault/trial.ts';

/** The same where the engine takes the place for a share: derived files are rewritten where they stand, and errors that pass are waited for. */

vi.mock(import('../../src/engine/lake/place.ts'), () => ({ placeOf: () => Promise.resolve({ kind: 'share', name: 'smb' }) }));

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make('share');
  await saveTemplates(place);
});
afterAll(() => place.remove());

const chosen = [...commitScenarios.slice(0, 2), ...actScenarios.filter((scenario) => scenario.name === 'tag')];

describe('with a share that fails at one call', () => {
  it.each(chosen.map((scenario) => [scenario.name, scenario] as const))('nothing acknowledged is lost and the command can be given again: %s', { timeout: 600_000 }, (_, scenario) =>
    failCalls(place, scenario, 'one way'),
  );
});

it('the scenarios reach the write primitives that only shares have', { timeout: 60_000 }, async () => {
  const reached = new Set<string>();
  for (const scenario of chosen) for (const call of await callsOf(place, scenario)) reached.add(call.primitive);
  expect(ON_SHARES.filter((name) => !reached.has(name))).toEqual([]);
});
