import { describe, expect, it } from 'vitest';
import { datesOf } from '../../../src/renderer/format/dates.ts';

const now = Date.parse('2024-08-12T18:18:00.000Z');
const dates = datesOf('en-US', 'America/New_York', () => now);
const at = '2024-08-05T12:47:12.408Z';

describe('instants in the zone of the office', () => {
  it('are shown in that zone, without the year where it is this one', () => {
    expect(dates.instant(at)).toBe('Aug 5, 8:47 AM');
  });

  it('have the year where it is another', () => {
    expect(dates.instant('2023-12-31T23:59:59.999Z')).toBe('Dec 31, 2023, 6:59 PM');
  });

  it('belong to the year of the office, not of UTC', () => {
    expect(dates.date('2024-01-01T03:00:00.000Z')).toBe('Dec 31, 2023');
  });

  it('are a time today and a date before', () => {
    expect(dates.short('2024-08-12T12:47:00.000Z')).toBe('8:47 AM');
    expect(dates.short('2024-08-12T03:59:00.000Z')).toBe('Aug 11');
    expect(dates.short(at)).toBe('Aug 5');
  });

  it('stand in UTC to the millisecond on hover', () => {
    expect(dates.utc(at)).toBe('2024-08-05 12:47:12.408 UTC');
  });

  it('are written in full with their zone', () => {
    expect(dates.full(at)).toBe('Monday, August 5, 2024 at 8:47:12 AM EDT');
  });

  it('name the zone as it was at that instant', () => {
    expect(dates.zoneName('2024-01-05T12:00:00.000Z')).toBe('EST');
    expect(dates.zoneName(at)).toBe('EDT');
  });

  it('are shown in UTC where this system does not know the zone', () => {
    expect(datesOf('en-US', 'Mars/Olympus', () => now).instant(at)).toBe('Aug 5, 12:47 PM');
  });

  it('have plain spaces before AM, which can be searched for', () => {
    expect(/[\u202f\u00a0]/.test(dates.full(at) + dates.instant(at))).toBe(false);
  });
});
