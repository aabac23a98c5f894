import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitChecker, valueReader } from '../../../../src/engine/contracts/index.ts';
import type { ColumnPlan, TypePlan } from '../../../../src/engine/contracts/index.ts';
import { timeFormat } from '../../../../src/engine/contracts/time-format.ts';

const plain = { decimal: '.', group: null, prefix: null, suffix: null };
const integer = (bits: 32 | 64 = 64, number = plain): TypePlan => ({ kind: 'integer', bits, number });
const double = (bits: 32 | 64 = 64, number: typeof plain | { decimal: string; group: string; prefix: string | null; suffix: string | null } = plain): TypePlan => ({ kind: 'number', decimal: null, bits, number });
const decimal = (precision: number, scale: number): TypePlan => ({ kind: 'number', decimal: { precision, scale }, bits: 64, number: plain });
const time = (kind: 'date' | 'time', ...formats: string[]): TypePlan => ({ kind, formats });
const stamp = (zone: string, ...formats: string[]): TypePlan => ({ kind: 'timestamp', formats, zone });
const dollars = double(64, { decimal: '.', group: ',', prefix: '$', suffix: null });
const euros = double(64, { decimal: ',', group: '.', prefix: null, suffix: '€' });
const yes: TypePlan = { kind: 'boolean', trueValues: ['Yes', '1'], falseValues: ['No', '0'] };
const local = "yyyy-MM-dd'T'HH:mm:ss";

describe('a value is read by its type', () => {
  it.each<[string, TypePlan, readonly (readonly [string, string | null])[]]>([
    ['text', { kind: 'string' }, [['', ''], [' a ', ' a '], ['\0', '\0']]],
    ['JSON object', { kind: 'object' }, [['{"a":1}', '{"a":1}'], ['[]', null], ['null', null], ['{', null], ['"a"', null]]],
    ['JSON array', { kind: 'array' }, [['[1]', '[1]'], ['{}', null], ['', null]]],
    ['yes or no', yes, [[' yes ', 'true'], ['NO', 'false'], ['1', 'true'], ['y', null], ['', null], ['true', null]]],
    ['whole number', integer(), [['7', '7'], [' +007 ', '7'], ['-0', '0'], ['-00', '0'], ['7.', '7'], ['7.000', '7'], ['7.5', null], ['1e5', null], ['0x10', null], ['1_000', null], ['1,000', null], ['', null], ['-', null], ['٧', null], ['NaN', null]]],
    ['whole number, its ends', integer(), [['9223372036854775807', '9223372036854775807'], ['9223372036854775808', null], ['-9223372036854775808', '-9223372036854775808'], ['-9223372036854775809', null], ['00000000000000000000000000001', '1']]],
    ['whole number of 32 bits', integer(32), [['2147483647', '2147483647'], ['2147483648', null], ['-2147483648', '-2147483648'], ['-2147483649', null], ['4294967296', null]]],
    ['number', double(), [['1.50', '1.5'], ['.5', '0.5'], ['5.', '5'], ['1e3', '1000'], ['1E-7', '1e-7'], ['-1e400', null], ['1e999', null], ['Infinity', null], ['nan', null], ['1.2.3', null], ['--1', null], ['1 000', null]]],
    ['number of 32 bits', double(32), [['0.1', '0.10000000149011612'], ['1e39', null]]],
    ['number with dollars', dollars, [['$1,200.50', '1200.5'], ['-$5', '-5'], ['$-5', '-5'], ['-$-5', null], ['1,20', null], ['1,2000', null], ['$', null], ['12,345,678', '12345678'], ['1.5,000', null]]],
    ['number with commas for points', euros, [['1.234,5 €', '1234.5'], ['1,5', '1.5'], ['1.5', null], ['1,5,5', null]]],
    ['decimal', decimal(5, 2), [['1.5', '1.50'], ['-0', '0.00'], ['-0.00', '0.00'], ['1.500', '1.50'], ['1.505', null], ['999.99', '999.99'], ['1000', null], ['.5', '0.50'], ['1e2', null], ['007', '7.00']]],
    ['decimal of 38 digits', decimal(38, 0), [['9'.repeat(38), '9'.repeat(38)], ['9'.repeat(39), null]]],
    ['date', time('date', 'yyyy-MM-dd', 'M/d/yyyy'), [['2024-02-29', '2024-02-29'], ['2023-02-29', null], ['1900-02-29', null], ['2000-02-29', '2000-02-29'], ['7/4/2024', '2024-07-04'], [' 07/04/2024 ', '2024-07-04'], ['13/4/2024', null], ['0000-01-01', null], ['0001-01-01', '0001-01-01'], ['10000-01-01', null], ['2024-7-4', null], ['2024-07-04T00:00:00Z', null]]],
    ['date with names of months', time('date', 'd MMM yyyy', 'MMMM d, yyyy', 'M/d/yy'), [['4 jul 2024', '2024-07-04'], ['JULY 4, 2024', '2024-07-04'], ['4 Juli 2024', null], ['1/1/68', '2068-01-01'], ['1/1/69', '1969-01-01'], ['31 Jun 2024', null]]],
    ['time', time('time', 'HH:mm:ss.S', 'HH:mm:ss', 'h:mm a'), [['23:59:59', '23:59:59'], ['24:00:00', null], ['23:59:60', null], ['12:00 AM', '00:00:00'], ['12:30 p.m.', '12:30:00'], ['0:30 am', null], ['13:00 pm', null], ['01:02:03.1234567', '01:02:03.123456'], ['01:02:03.500', '01:02:03.5']]],
    ['date and time', stamp('UTC', "yyyy-MM-dd'T'HH:mm:ssXXX", local), [['2024-07-04T10:00:00Z', '2024-07-04T10:00:00Z'], ['2024-07-04t10:00:00+02:00', '2024-07-04T08:00:00Z'], ['2024-07-04T10:00:00', '2024-07-04T10:00:00Z'], ['1583-01-01T00:00:00+18:00', '1582-12-31T06:00:00Z'], ['2024-07-04T10:00:00+19:00', null], ['0001-01-01T00:00:00+01:00', null], ['9999-12-31T23:59:59-01:00', null]]],
    // The clock springs over 02:30 on 10 March, and has 01:30 twice on 3 November: the first is meant.
    ['date and time of New York', stamp('America/New_York', local), [['2024-07-04T10:00:00', '2024-07-04T14:00:00Z'], ['2024-01-04T10:00:00', '2024-01-04T15:00:00Z'], ['2024-03-10T01:59:59', '2024-03-10T06:59:59Z'], ['2024-03-10T03:00:00', '2024-03-10T07:00:00Z'], ['2024-11-03T01:30:00', '2024-11-03T05:30:00Z'], ['2024-11-03T02:00:00', '2024-11-03T07:00:00Z']]],
  ])('%s', (_, type, cases) => {
    const read = valueReader(type);
    expect(cases.map(([text]) => [text, read(text)])).toEqual(cases);
  });
});

const every: readonly (readonly [string, TypePlan])[] = [
  ['yes or no', { kind: 'boolean', trueValues: ['true'], falseValues: ['false'] }],
  ['whole number', integer()],
  ['whole number of 32 bits', integer(32)],
  ['number', double()],
  ['number of 32 bits', double(32)],
  ['decimal', decimal(18, 4)],
  ['date', time('date', 'yyyy-MM-dd')],
  ['time', time('time', 'HH:mm:ss', 'HH:mm:ss.S')],
  ['date and time', stamp('UTC', "yyyy-MM-dd'T'HH:mm:ssXXX", "yyyy-MM-dd'T'HH:mm:ss.SXXX")],
];
const noise = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.stringMatching(/^[ +-]?[$€]?[0-9.,eE']{0,25}$/), fc.stringMatching(/^\d{0,5}[-/.]?\d{0,3}[-/.]?\d{0,5}[T ]?\d{0,3}:?\d{0,3}:?\d{0,3}(?:\.\d{0,10})?(?:Z|[+-]\d\d:\d\d)?$/));

describe('whatever a text says', () => {
  it('its reader never throws, and what it answers reads as itself', () => {
    for (const [, type] of [...every, ['dollars', dollars], ['euros', euros]] as const) {
      const read = valueReader(type);
      const again = every.some(([, one]) => one === type) ? read : valueReader(double());
      fc.assert(fc.property(noise, (text) => {
        const value = read(text);
        if (value !== null) expect(again(value)).toBe(value);
      }), { numRuns: 300 });
    }
  });

  it('whole numbers, decimals, doubles and instants come through as they are', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => void expect(valueReader(integer())(String(value))).toBe(String(value))), { numRuns: 200 });
    fc.assert(fc.property(fc.integer({ min: -999_999_999, max: 999_999_999 }), (cents) => {
      const text = `${cents < 0 ? '-' : ''}${Math.floor(Math.abs(cents) / 100)}.${String(Math.abs(cents) % 100).padStart(2, '0')}`;
      expect(valueReader(decimal(9, 2))(text)).toBe(text);
    }), { numRuns: 200 });
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => void expect(Number(valueReader(double())(String(value)))).toBe(Object.is(value, -0) ? 0 : value)), { numRuns: 200 });
    fc.assert(fc.property(fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }), (date) => {
      const text = `${date.toISOString().slice(0, 19)}Z`;
      expect(valueReader(stamp('UTC', "yyyy-MM-dd'T'HH:mm:ssXXX"))(text)).toBe(text);
    }), { numRuns: 200 });
  });

  it('a format reads back what it is said to write, and no pattern throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 30 }), (pattern) => {
      const format = timeFormat(pattern);
      if (typeof format !== 'string') format.read(pattern);
    }), { numRuns: 500 });
  });
});

describe('a format of times', () => {
  it.each([
    ['yyyy-QQ', 'has "QQ", which is not known here'],
    ['yyy', 'has "yyy", which is not known here'],
    ["yyyy'T", 'has a quote that is never closed'],
    ['dd/dd/yyyy', 'has "dd" twice'],
    ['h:mm', 'has "h" without "a": it does not say which half of the day is meant (write H for 0 to 23)'],
    ['SSSSSSSSSS', 'has "SSSSSSSSSS", which is not known here'],
  ])('%s is none', (pattern, why) => expect(timeFormat(pattern)).toBe(why));

  it.each<[string, string, boolean, boolean, boolean]>([
    ['yyyy-MM-dd', '2024-07-04', true, false, false],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSX", '2024-07-04T10:00:00.123Z', true, true, true],
    ["h 'o''clock' a mm", "3 o'clock pm 00", false, true, false],
    ['(yyyy).MM*dd', '(2024).07*04', true, false, false],
  ])('%s reads %s', (pattern, text, hasDate, hasTime, hasZone) => {
    const format = timeFormat(pattern);
    if (typeof format === 'string') throw new Error(format);
    expect([format.hasDate, format.hasTime, format.hasZone, format.read(text) !== null, format.read(`${text}0`)]).toEqual([hasDate, hasTime, hasZone, true, null]);
  });
});

describe('what a value may be', () => {
  const column = (type: TypePlan, limits: ColumnPlan['limits']): ColumnPlan => ({ name: 'a', headers: ['a'], type, required: false, unique: false, limits, rules: [], pii: null, description: null });
  it.each<[ColumnPlan['limits'], TypePlan, readonly (readonly [string, string | null])[]]>([
    [{ minLength: 2, maxLength: 3 }, { kind: 'string' }, [['a', 'shorter than 2'], ['😀', 'shorter than 2'], ['😀😀😀', null], ['abcd', 'longer than 3']]],
    [{ minimum: 0, maximum: 10 }, integer(), [['-1', 'less than 0'], ['0', null], ['10', null], ['11', 'more than 10']]],
    [{ exclusiveMinimum: 0, exclusiveMaximum: 1 }, double(), [['0', 'not more than 0'], ['0.5', null], ['1', 'not less than 1']]],
    // The next whole numbers are the same double.
    [{ minimum: -9007199254740992, exclusiveMaximum: 9007199254740992 }, integer(), [['9007199254740991', null], ['9007199254740992', 'not less than 9007199254740992'], ['-9007199254740993', 'less than -9007199254740992'], ['-9007199254740992', null]]],
    [{ maximum: 9007199254740992 }, integer(), [['9007199254740993', 'more than 9007199254740992'], ['9223372036854775807', 'more than 9007199254740992']]],
    [{ multipleOf: 3 }, integer(), [['9007199254740993', null], ['9007199254740992', 'not a multiple of 3'], ['-9223372036854775806', null]]],
    [{ exclusiveMinimum: 0.5, maximum: 9007199254740992 }, decimal(20, 3), [['9007199254740992.000', null], ['9007199254740992.001', 'more than 9007199254740992'], ['0.500', 'not more than 0.5'], ['0.501', null], ['-9007199254740993.000', 'not more than 0.5']]],
    [{ minimum: 1e-7, maximum: 1e21 }, decimal(38, 10), [['0.0000001000', null], ['0.0000000999', 'less than 1e-7'], ['1000000000000000000000.0000000001', 'more than 1e+21'], ['1000000000000000000000.0000000000', null]]],
    [{ multipleOf: 0.1 }, double(), [['0.3', null], ['0.35', 'not a multiple of 0.1']]],
    [{ minimum: '2024-01-01', exclusiveMaximum: '2025-01-01' }, time('date', 'yyyy-MM-dd'), [['2023-12-31', 'less than 2024-01-01'], ['2024-12-31', null], ['2025-01-01', 'not less than 2025-01-01']]],
    [{}, { kind: 'string' }, [['', null]]],
  ])('%j', (limits, type, cases) => {
    const check = limitChecker(column(type, limits));
    expect(cases.map(([value]) => [value, check(value)])).toEqual(cases);
  });
});
