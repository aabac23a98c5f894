import { expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { Completing } from '../../../../src/engine/lake/completing.ts';

/** What follows acknowledged acts, where it fails. */

it('tries again by itself where acts came meanwhile, which were counted on to be completed next, and then waits to be asked', async () => {
  const rounds: string[] = [];
  const completing: Completing<string> = new Completing(systemClock, async (acts) => {
    rounds.push(acts.join());
    if (rounds.length === 1) completing.add('two');
    await Promise.resolve();
    if (rounds.length < 4) throw new Error(`the share is full (${rounds.length})`);
  });
  completing.add('one');
  await expect(completing.completed()).rejects.toThrow('the share is full (3)');
  // Once by itself, and once for who asked.
  expect(rounds).toEqual(['one', 'one,two', 'one,two']);
  await completing.completed();
  expect(rounds).toEqual(['one', 'one,two', 'one,two', 'one,two']);
});

it('says that acts wait only while they are certain to be completed next', async () => {
  const said: boolean[] = [];
  let fails = true;
  const completing: Completing<string> = new Completing(systemClock, async (acts) => {
    said.push(completing.isWaiting);
    if (acts[0] === 'one' && said.length === 1) completing.add('two');
    said.push(completing.isWaiting);
    await Promise.resolve();
    if (fails) throw new Error('the share is full');
  });
  completing.add('one');
  await expect(completing.completed()).rejects.toThrow('the share is full');
  // The rounds after a failure: who asks in them may rely on nothing.
  expect(said).toEqual([false, true, false, false, false, false]);
  expect(completing.isWaiting).toBe(false);
  fails = false;
  await completing.completed();
  expect(said.slice(6)).toEqual([false, false]);
});
