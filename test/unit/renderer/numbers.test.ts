import { describe, expect, it } from 'vitest';
import { numbersOf } from '../../../src/renderer/format/numbers.ts';

const { count, size, rate, percent, duration } = numbersOf('en-US');

describe('numbers as people read them', () => {
  it('groups counts', () => {
    expect(count(4_668_214)).toBe('4,668,214');
  });

  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [1_210_000_000_000, '1.21 TB'],
    [9_007_199_254_740_991, '9.01 PB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(size(bytes)).toBe(words);
  });

  it('tells a rate', () => {
    expect(rate(412_000_000)).toBe('412 MB/s');
  });

  it('never says 100 % before all is done', () => {
    expect(percent(0.999_9)).toBe('99%');
    expect(percent(1)).toBe('100%');
    expect(percent(-1)).toBe('0%');
    expect(percent(7)).toBe('100%');
  });

  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [3_599, '1 h'],
    [7_500, '2 h 5 min'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});
