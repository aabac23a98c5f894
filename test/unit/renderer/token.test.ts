import { describe, expect, it } from 'vitest';
import { takeToken } from '../../../src/renderer/host/token.ts';

function pocket(kept: Record<string, string> = {}): { getItem(name: string): string | null; setItem(name: string, value: string): void; kept: Record<string, string> } {
  return { kept, getItem: (name) => kept[name] ?? null, setItem: (name, value) => void (kept[name] = value) };
}

describe('the token of a loopback host', () => {
  it('is taken out of the address and kept for this tab', () => {
    const kept = pocket();
    let cleared = 0;
    expect(takeToken('#token=ab-C_1', kept, () => (cleared += 1))).toBe('ab-C_1');
    expect(kept.kept).toEqual({ 'hms.token': 'ab-C_1' });
    expect(cleared).toBe(1);
  });

  it('is the one that was kept where the address shows a screen', () => {
    expect(takeToken('#/datasets', pocket({ 'hms.token': 'kept' }), () => expect.unreachable())).toBe('kept');
  });

  it('of a new start takes the place of the one before', () => {
    const kept = pocket({ 'hms.token': 'old' });
    expect(takeToken('#token=new', kept, () => undefined)).toBe('new');
  });

  it.each(['', '#token=', '#token=a b', '#token=<script>', '#/x?token=abc'])('is not found in %j', (fragment) => {
    expect(takeToken(fragment, pocket(), () => expect.unreachable())).toBe(null);
  });
});
