import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { diffStates, type Change } from '../../../../src/core/ocfl/index.ts';

const state = (files: Record<string, string>): Map<string, string> => new Map(Object.entries(files));

function apply(before: ReadonlyMap<string, string>, changes: readonly Change[]): Map<string, string> {
  const after = new Map(before);
  for (const change of changes) {
    if (change.change === 'removed') after.delete(change.path);
    if (change.change === 'renamed') after.delete(change.from);
  }
  for (const change of changes) if (change.change !== 'removed') after.set(change.path, change.digest);
  return after;
}

describe('the changes between two states', () => {
  it('are added, removed, replaced and renamed, sorted by path', () => {
    const before = state({ same: '1', gone: '2', changed: '3', 'old/name': '4' });
    const after = state({ same: '1', changed: '5', 'new/name': '4', added: '6' });
    expect(diffStates(before, after)).toEqual([
      { change: 'added', path: 'added', digest: '6' },
      { change: 'replaced', path: 'changed', digest: '5', was: '3' },
      { change: 'removed', path: 'gone', digest: '2' },
      { change: 'renamed', path: 'new/name', from: 'old/name', digest: '4' },
    ]);
  });

  it('are none between a state and itself, whatever the order', () => {
    expect(diffStates(state({ a: '1', b: '2' }), state({ b: '2', a: '1' }))).toEqual([]);
  });

  it.each([
    ['two gone and one new', { a: '1', b: '1' }, { c: '1' }, ['removed a', 'removed b', 'added c']],
    ['one gone and two new', { a: '1' }, { b: '1', c: '1' }, ['removed a', 'added b', 'added c']],
    ['a copy', { a: '1' }, { a: '1', b: '1' }, ['added b']],
    ['a swap', { a: '1', b: '2' }, { a: '2', b: '1' }, ['replaced a', 'replaced b']],
    ['a new file in the place of the one that moved', { a: '1' }, { a: '2', b: '1' }, ['replaced a', 'added b']],
  ])('say no rename where it would be a guess: %s', (_name, before, after, expected) => {
    expect(diffStates(state(before), state(after)).map((change) => `${change.change} ${change.path}`)).toEqual(expected);
  });

  it('sort by UTF-16 code units', () => {
    expect(diffStates(new Map(), state({ '😀': '1', '\ufb01': '2', Z: '3', a: '4' })).map((change) => change.path)).toEqual(['Z', 'a', '😀', '\ufb01']);
  });

  it('lead from the one state to the other, each path once', () => {
    const states = fc.dictionary(fc.constantFrom(...'abcdefgh'), fc.constantFrom('1', '2', '3')).map(state);
    fc.assert(
      fc.property(states, states, (before, after) => {
        const changes = diffStates(before, after);
        expect(apply(before, changes)).toEqual(after);
        expect(new Set(changes.map((change) => change.path)).size).toBe(changes.length);
      }),
    );
  });
});
