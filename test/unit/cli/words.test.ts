import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fields, table } from '../../../src/cli/table.ts';
import { bytes, count, duration, grouped, officeClock, shown, width } from '../../../src/cli/words.ts';

describe('numbers', () => {
  it('have their digits in groups of three', () => {
    expect([0, 999, 1000, 6_102_144, 1_234_567_890_123].map(grouped)).toEqual(['0', '999', '1,000', '6,102,144', '1,234,567,890,123']);
  });

  it('go with their noun', () => {
    expect([count(1, 'file'), count(0, 'file'), count(2, 'entry', 'entries'), bytes(1), bytes(6_102_144)]).toEqual(['1 file', '0 files', '2 entries', '1 byte', '6,102,144 bytes']);
  });

  it('of seconds become a duration', () => {
    expect([0.2, 59, 61, 3_599, 3_900, 90_000].map(duration)).toEqual(['0 s', '59 s', '1 min 1 s', '59 min 59 s', '1 h 5 min', '25 h 0 min']);
  });
});

describe('instants', () => {
  it("are shown as the office's clocks had them, summer and winter", () => {
    const clock = officeClock('America/New_York');
    expect([clock('2024-07-30T23:59:59.000Z'), clock('2024-12-31T05:00:00.999Z'), clock('2024-07-30T04:00:00.000Z')]).toEqual(['2024-07-30 19:59:59 -04:00', '2024-12-31 00:00:00 -05:00', '2024-07-30 00:00:00 -04:00']);
  });

  it('are shown in UTC where the zone is UTC or not known', () => {
    expect([officeClock('UTC')('2024-07-30T00:00:00.000Z'), officeClock('No/Where')('2024-07-30T23:59:59.000Z')]).toEqual(['2024-07-30 00:00:00 +00:00', '2024-07-30 23:59:59 +00:00']);
  });
});

describe('text on a terminal', () => {
  it('has its control characters, line ends and direction marks escaped', () => {
    expect(shown('a\u001b[31mb\nc\u202ed\u0085e\ufefff\ud800g')).toBe('a\\u{1b}[31mb\\u{a}c\\u{202e}d\\u{85}e\\u{feff}f\\u{d800}g');
    expect(shown('naïve 漢字 😀 ~`$"\\')).toBe('naïve 漢字 😀 ~`$"\\');
  });

  it('never holds a character that acts on it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\p{Cs}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u.test(shown(text))));
  });

  it('takes two columns for wide characters and none for marks', () => {
    expect([width('abc'), width('漢字'), width('e\u0301'), width('😀')]).toEqual([3, 4, 1, 2]);
  });
});

describe('tables', () => {
  it('align their columns, numbers to the right, and leave the last open', () => {
    expect(table([{ title: 'Name' }, { title: 'Bytes', align: 'right' }, { title: 'Tags' }], [['漢字', '1,000', 'raw'], ['b', '7', '']])).toEqual(['Name  Bytes  Tags', '漢字  1,000  raw', 'b         7']);
  });

  it('of labels leave out what there is not', () => {
    expect(fields([['Id', 'x'], ['Reason', null], ['Longer', 'y\nz']])).toEqual(['Id:      x', 'Longer:  y\\u{a}z']);
  });
});
