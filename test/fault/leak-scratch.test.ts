import { open as openH, streams } from '../builders/fault/leak-scratch.ts';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultPlace } from '../builders/fault/fault-place.ts';
import { allPrimitives } from '../builders/fault/faulty-disk.ts';
import { saveTemplates, scenarios, writeSources } from '../builders/fault/scenarios.ts';
import { callsOf, trial } from '../builders/fault/trial.ts';
import type { TrialKind } from '../builders/fault/trial.ts';

let place: FaultPlace;
beforeAll(async () => {
  place = await FaultPlace.make();
  writeSources(place);
  await saveTemplates(place);
});
afterAll(() => place.remove());
const kinds = (process.env['KINDS'] ?? 'EIO').split(',') as TrialKind[];
const only = process.env['ONLY'];
const onlyAt = process.env['AT'];
describe('every', () => {
  it.each(scenarios.filter((s) => only === undefined || s.name.includes(only)).map((s) => [s.name, s] as const))('%s', { timeout: 600000 }, async (_name, scenario) => {
    const calls = await callsOf(place, scenario);
    const t = performance.now();
    const bad = new Map<string, string[]>();
    let n = 0;
    let left = 0;
    for (const kind of kinds) for (let k = 1; k <= calls.length; k++) {
      if (onlyAt !== undefined && Number(onlyAt) !== k) continue;
      n++; for (const [h, st] of openH) { console.info('LEAK after', k-1, calls[k-2]?.primitive, st.split('\n').slice(0,7).join('\n')); openH.clear(); } await new Promise(r=>setTimeout(r,5)); for (const [h, st] of streams) { console.info('STREAM after', k-1, calls[k-2]?.primitive, st.split('\n').slice(0,9).join('\n')); streams.clear(); }
      let what;
      try {
        const end = await trial(place, scenario, k, kind);
        if (end.left > 0) left++;
        what = end.misfit === null ? null : `MISFIT ${end.misfit}`;
      } catch (error) {
        what = `FAIL ${(error as Error).message}`;
        if (onlyAt !== undefined) console.info((error as Error).stack, (error as Error).cause);
      }
      if (what !== null) {
        const key = `${kind} ${what.replaceAll(/made by the test.*/g, '').replaceAll(/[0-9a-f]{8,}/g, '#').slice(0, 200)}`;
        bad.set(key, [...(bad.get(key) ?? []), `${k}:${calls[k - 1]?.primitive}(${(calls[k - 1]?.path ?? '').split('/').slice(-2).join('/').replaceAll(/[0-9a-f]{8}-[-0-9a-f]+/g, '#')})`]);
      }
    }
    console.info(scenario.name, n, 'trials', ((performance.now() - t) / n).toFixed(1), 'ms each', 'left', left);
    for (const [key, list] of bad) console.info(' ', list.length, key, '\n      ', list.slice(0, Number(process.env["MANY"] ?? 8)).join(' '));
  });
});
