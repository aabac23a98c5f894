import { describe, expect, it } from 'vitest';
import { fitting, MORE_PX } from '../../../src/renderer/app/fitting.ts';

describe('pairs of the label that have room', () => {
  it('all, where they fit to the pixel', () => {
    expect(fitting([100, 200, 300], 600)).toBe(3);
    expect(fitting([100.3, 200.3, 300.3], 600)).toBe(3);
  });

  it('those from the left, beside the button that opens the rest', () => {
    expect(fitting([100, 200, 300], 598)).toBe(2);
    expect(fitting([100, 200, 300], 300 + MORE_PX)).toBe(2);
    expect(fitting([100, 200, 300], 299 + MORE_PX)).toBe(1);
  });

  it('the first in any case, also where nothing is known of widths yet', () => {
    expect(fitting([500, 200], 10)).toBe(1);
    expect(fitting([0, 0, 0], 0)).toBe(3);
    expect(fitting([], 100)).toBe(0);
  });
});
