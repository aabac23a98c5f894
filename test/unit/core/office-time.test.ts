import { describe, expect, it } from 'vitest';
import { officeTime } from '../../../src/core/index.ts';

const NEW_YORK = 'America/New_York';

describe('times of an office', () => {
  it.each([
    ['2024-07-30 23:59:59', '2024-07-31T03:59:59.000Z'],
    ['2024-07-30T23:59:59.4567', '2024-07-31T03:59:59.456Z'],
    ['2024-07-30 23:59', '2024-07-31T03:59:00.000Z'],
    ['2024-07-30', '2024-07-30T04:00:00.000Z'],
    ['2024-01-15 12:00:00', '2024-01-15T17:00:00.000Z'],
    ['2024-03-10 01:59:59', '2024-03-10T06:59:59.000Z'],
    ['2024-03-10 03:00:00', '2024-03-10T07:00:00.000Z'],
    ['1969-12-31 23:00:00.250', '1970-01-01T04:00:00.250Z'],
  ])('%s is %s', (text, at) => {
    expect(officeTime(text, NEW_YORK)).toEqual({ kind: 'instant', at, isOffice: true });
  });

  it.each([
    ['2024-07-30T23:59:59Z', '2024-07-30T23:59:59.000Z'],
    ['2024-07-30 23:59:59-04:00', '2024-07-31T03:59:59.000Z'],
    ['2024-07-30 23:59:59.5+00', '2024-07-30T23:59:59.500Z'],
    ['2024-07-30 05:29:59+0530', '2024-07-29T23:59:59.000Z'],
  ])('%s has an offset of its own: %s', (text, at) => {
    expect(officeTime(text, NEW_YORK)).toEqual({ kind: 'instant', at, isOffice: false });
  });

  it('are said to be none where the clocks left them out, and two where they showed them twice', () => {
    expect(officeTime('2024-03-10 02:30:00', NEW_YORK)).toEqual({ kind: 'never' });
    expect(officeTime('2024-11-03 01:30:00', NEW_YORK)).toEqual({ kind: 'twice', first: '2024-11-03T05:30:00.000Z', second: '2024-11-03T06:30:00.000Z' });
    expect(officeTime('2024-10-06 02:15:00', 'Australia/Lord_Howe')).toEqual({ kind: 'never' });
  });

  it.each(['', 'soon', '2024-02-30', '2024-13-01', '2024-07-30 24:00:00', '2024-07-30 23:60', '30.07.2024', '2024-07-30 23:59:59 EDT'])('"%s" is no time', (text) => {
    expect(officeTime(text, NEW_YORK)).toEqual({ kind: 'unreadable' });
  });
});
