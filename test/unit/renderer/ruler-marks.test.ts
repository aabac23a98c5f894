import { describe, expect, it } from 'vitest';
import { datesOf } from '../../../src/renderer/format/dates.ts';
import { APART_PX, marksOf, scaleOf, ticksOf, versionOn } from '../../../src/renderer/ui/ruler-marks.ts';

const day = (n: number): string => `2024-07-${String(n).padStart(2, '0')}T12:00:00.000Z`;
const version = (n: number, at: string) => ({ version: n, at, raw: true });
const now = Date.parse(day(31));

describe('the ruler of versions', () => {
  it('puts the first version at the left and now at the right end', () => {
    const x = scaleOf([version(1, day(1)), version(2, day(16))], now, 1_000);
    expect(x(Date.parse(day(1)))).toBe(40);
    expect(x(Date.parse(day(16)))).toBe(516);
    expect(x(now)).toBe(992);
  });

  it('bears a version of which the clock says that it comes later than now', () => {
    expect(scaleOf([version(1, day(1))], now, 1_000)(Date.parse('2030-01-01T00:00:00.000Z'))).toBe(992);
  });

  it('makes one mark of versions that stand too near one another', () => {
    const versions = [version(3, day(20)), version(1, day(1)), version(2, '2024-07-01T13:00:00.000Z')];
    const marks = marksOf(versions, scaleOf(versions, now, 1_000));
    expect(marks.map((mark) => mark.versions.map((one) => one.version))).toEqual([[1, 2], [3]]);
  });

  it('keeps marks apart by the size of a target', () => {
    const versions = Array.from({ length: 300 }, (_, at) => version(at + 1, `2024-07-${String(1 + (at % 30)).padStart(2, '0')}T${String(at % 24).padStart(2, '0')}:00:00.000Z`));
    const marks = marksOf(versions.toSorted((a, b) => a.at.localeCompare(b.at)).map((one, at) => ({ ...one, version: at + 1 })), scaleOf(versions, now, 640));
    for (const [at, mark] of marks.entries()) if (at > 0) expect(mark.x - (marks[at - 1]?.x ?? 0)).toBeGreaterThanOrEqual(APART_PX);
    expect(marks.reduce((sum, mark) => sum + mark.versions.length, 0)).toBe(300);
  });

  it('has ticks that do not run into one another, as dates or as times', () => {
    const ticks = ticksOf(Date.parse(day(1)), now, 1_000);
    expect(ticks.length).toBeLessThanOrEqual(9);
    expect(ticks.every(({ form }) => form === 'date')).toBe(true);
    expect(ticksOf(now - 3_600_000, now, 1_000).every(({ form }) => form === 'time')).toBe(true);
    expect(ticksOf(now, now, 1_000).length).toBeLessThanOrEqual(1);
  });
});

describe('the date beside the ruler', () => {
  const dates = datesOf('en-US', 'America/New_York', () => now);
  // The second one was committed at 11 PM of July 4 in New York, which is July 5 in UTC.
  const versions = [version(1, day(1)), version(2, '2024-07-05T03:00:00.000Z'), version(3, day(20))];

  it.each([
    ['2024-06-30', null],
    ['2024-07-01', 1],
    ['2024-07-03', 1],
    ['2024-07-04', 2],
    ['2024-07-19', 2],
    ['2024-07-20', 3],
    ['2031-01-01', 3],
    ['0002-07-04', null],
  ])('on %s shows v%s: the newest at the end of that day in the office', (typed, expected) => {
    expect(versionOn(typed, versions, dates.isoDay)).toBe(expected);
  });

  it('says the day of an instant as a field for dates takes it', () => {
    expect([dates.isoDay('2024-07-05T03:59:59.999Z'), dates.isoDay('2024-07-05T04:00:00.000Z')]).toEqual(['2024-07-04', '2024-07-05']);
  });
});
